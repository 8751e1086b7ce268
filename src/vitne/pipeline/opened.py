"""Closed flows opened with keys: what was inside reads like a flow of its own, its rows those of the records.

A TLS flow whose key is in the key log is told twice: as what anyone sees on the wire, and as what was inside.
Offsets of the second count the bytes inside; frames, times and acknowledgements are those of the records.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from vitne.decrypt import KeyLog, open_tls
from vitne.model import Gap, Message
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.views import SideView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vitne.decrypt import OpenedSide
    from vitne.model import Flow
    from vitne.pipeline.ends import Host

TLS_KEY_LOG = 0x544C534B  # type of a pcapng secrets block (draft-ietf-opsawg-pcapng section 4.7)
_RECORD_HEADER = 5  # bytes before the first handshake message of a record (RFC 8446 section 5.1)
_MOST_SECRETS = 256 << 20  # bytes of secrets blocks that are kept


class Inside(NamedTuple):
    """What was inside a flow, as a flow of its own."""

    flow: Flow
    views: dict[int, SideView]
    host: Host  # name of the far end, as the flow told it on the wire


class OpenedView(SideView):
    """The bytes inside the records of one side; each run is the content of one record."""

    __slots__ = ("_side", "outer")

    def __init__(self, side: OpenedSide, outer: SideView) -> None:
        self.outer = outer
        self._side = side
        self.start, self.end, self.base = 0, len(side.data), 0
        self.positions, self.offsets, self.lengths = side.positions, side.offsets, side.lengths
        first = np.searchsorted(outer.offsets + outer.lengths, side.starts, side="right")
        self.rows = outer.rows[np.minimum(first, len(outer.rows) - 1)]
        self.data = side.data
        self._pieces, self._low, self._high = None, 0, 0
        self._lists, self._ends, self._shift = None, None, -1

    def wire(self, start: int, end: int) -> tuple[int, int]:
        """Give the stream range of the records that hold bytes [start, end) inside."""
        return self._side.wire(start, end)

    def row_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the least and greatest row that hold the records of a range."""
        return self.outer.row_span(*self.wire(start, end))

    def rows_of(self, start: int, end: int) -> np.ndarray:
        """Give the rows that hold the records of a range, ascending."""
        return self.outer.rows_of(*self.wire(start, end))

    def acknowledged(self, acked: int | None) -> int | None:
        """Give up to where the bytes inside were acknowledged when the stream was up to ``acked``."""
        if acked is None:
            return None
        whole = int(np.searchsorted(self._side.ends, acked, side="right"))
        return int(self.offsets[whole - 1] + self.lengths[whole - 1]) if whole else 0


def keys_of(files: Sequence[str | Path], readers: Iterable[Any]) -> tuple[KeyLog | None, list[Gap]]:
    """Gather the keys of key log files and of the secrets blocks of captures; None where there are none.

    Raises UsageError for a file that cannot be read or holds no key.
    """
    keys, gaps = KeyLog(), []
    for file in files:
        keys.add_file(Path(file))
    room = _MOST_SECRETS
    for reader in readers:
        for kind, offset, length in getattr(reader, "secrets", ()):
            if kind != TLS_KEY_LOG:
                continue
            if length > room:
                why = "more secrets blocks than are kept; their keys are not used"
                gaps.append(Gap(kind="limit", why=why, capture=reader.capture.number, length=length))
                continue
            room -= length
            keys.add(reader.buffer[offset : offset + length].tobytes())
    return (keys if keys.lines else None), gaps


def closed(views: dict[int, SideView]) -> bool:
    """Say whether a side begins like TLS: with a handshake record (RFC 8446 section 5.1)."""
    return any(view.data[:2] == b"\x16\x03" for view in views.values())


class OpenedFlows:
    """Opens flows as they are read; holds what was inside the one read last."""

    def __init__(self, keys: KeyLog) -> None:
        self._keys = keys
        self._held: tuple[int, Inside | None] = (-1, None)

    def events(self, flow: Flow, views: dict[int, SideView], events: Iterable[Any]) -> Iterator[Any]:
        """Yield the events of a flow on the wire; what stays closed is counted anew, with the reason."""
        self._held = (flow.number, None)
        closed: list[Message] = []
        host = NOBODY
        begins: dict[int, int] = {}  # per side: where TLS begins, behind a STARTTLS or a proxy's answer
        for event in events:
            if not isinstance(event, Message) or event.protocol != "tls":
                yield event
                continue
            begins.setdefault(event.side, event.start)
            host = (event.host, event.host_source or "none") if event.host and not host[0] else host
            if event.opaque == "tls":
                closed.append(event)
            else:
                yield event
        if begins:
            yield from self._open(
                flow, {side: (views[side], begins.get(side, 0)) for side in views}, closed, host
            )

    def _open(
        self, flow: Flow, sides: dict[int, tuple[SideView, int]], closed: list[Message], host: Host
    ) -> Iterator[Message]:
        opened = open_tls({side: _stretches(*each) for side, each in sides.items()}, self._keys)
        for event in closed:
            yield from _still_closed(event, opened[event.side])
        inner: dict[int, OpenedView] = {
            side: OpenedView(opened[side], view) for side, (view, _) in sides.items() if opened[side].data
        }
        if inner:
            acked = tuple(
                inner[side].acknowledged(flow.acked[side]) if side in inner else None for side in (0, 1)
            )
            told = msgspec.structs.replace(flow, decrypted=True, acked=acked)
            self._held = (flow.number, Inside(told, dict(inner), host))

    def has_read(self, flow: Flow) -> bool:
        """Say whether this is the flow whose events were read last."""
        return self._held[0] == flow.number

    def inside(self, flow: Flow) -> Inside | None:
        """Give what was inside the flow whose events were read last, once."""
        number, held = self._held
        self._held = (-1, None)
        return held if number == flow.number else None


def _stretches(view: SideView, begin: int) -> list[tuple[int, memoryview]]:
    """Give the bytes of a side from the record on whose handshake message stands at ``begin``."""
    data = memoryview(view.data)
    found = []
    for offset, start, stop in view.spans():
        skip = max(0, begin - _RECORD_HEADER - offset)
        if start + skip < stop:
            found.append((offset + skip, data[start + skip : stop]))
    return found


def _still_closed(event: Message, side: OpenedSide) -> Iterator[Message]:
    """Replace what TLS alone counts as unreadable by what could not be opened, with the reason."""
    facts = event.facts
    start = side.first_unread or 0
    for reason, length in sorted(side.unread.items()):
        yield msgspec.structs.replace(
            event,
            start=start,
            end=max(start, side.last_unread),
            opaque=reason,
            opaque_bytes=length,
            facts=facts,
        )
        facts = ()
    if facts:
        yield msgspec.structs.replace(event, kind="alert", opaque="", opaque_bytes=0)
