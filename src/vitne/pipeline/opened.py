"""Closed flows opened with keys: what was inside reads like a flow of its own, its rows those of the records.

A TLS or QUIC flow whose key is in the key log is told twice: as what anyone sees on the wire, and as what was
inside.  Offsets of the second count the bytes inside; frames, times and acknowledgements are those of the
records or packets.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from vitne.decode.protocols.quic_keys import salt_of
from vitne.model import Gap, Message
from vitne.pipeline.conversation import read_flow
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.insideviews import OpenedView, QuicView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vitne.decrypt import KeyLog, OpenedSide
    from vitne.decrypt.quic_side import OpenedQuic
    from vitne.model import Flow, Oddity
    from vitne.pipeline.ends import Host
    from vitne.pipeline.moved import Moved
    from vitne.pipeline.views import SideView

__all__ = ["Inside", "OpenedFlows", "OpenedView", "closed", "keys_of", "read_inside"]

TLS_KEY_LOG = 0x544C534B  # type of a pcapng secrets block (draft-ietf-opsawg-pcapng section 4.7)
_RECORD_HEADER = 5  # bytes before the first handshake message of a record (RFC 8446 section 5.1)
_MOST_SECRETS = 256 << 20  # bytes of secrets blocks that are kept


class Inside(NamedTuple):
    """What was inside a flow, as a flow of its own."""

    flow: Flow
    views: dict[int, SideView]
    host: Host  # name of the far end, as the flow told it on the wire
    read: int = 0  # bytes of records or packets that were opened


def keys_of(files: Sequence[str | Path], readers: Iterable[Any]) -> tuple[KeyLog | None, list[Gap]]:
    """Gather the keys of key log files and of the secrets blocks of captures; None where there are none.

    Raises UsageError for a file that cannot be read or holds no key.
    """
    told = list(readers)
    if not files and not any(getattr(reader, "secrets", ()) for reader in told):
        return None, []
    from vitne.decrypt import KeyLog

    keys, gaps = KeyLog(), []
    for file in files:
        keys.add_file(Path(file))
    room = _MOST_SECRETS
    for reader in told:
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
    """Say whether a side begins like TLS, with a handshake record (RFC 8446 section 5.1), or like QUIC."""
    return any(view.data[:2] == b"\x16\x03" or _begins_quic(view) for view in views.values())


def _begins_quic(view: SideView) -> bool:
    """Say whether a long header of a known version stands first (RFC 8999 section 5.1)."""
    return view.data[:1] >= b"\x80" and salt_of(int.from_bytes(view.data[1:5], "big")) is not None


def read_inside(flow: Flow, views: dict[int, SideView], times: Any) -> Iterator[Any]:
    """Yield messages, gaps and oddities of what was inside a flow."""
    streams = {side: view for side, view in views.items() if isinstance(view, QuicView)}
    if not streams:
        return read_flow(flow, views, times)
    from vitne.pipeline.openedquic import read_quic

    return read_quic(flow, streams, times)


class OpenedFlows:
    """Opens flows as they are read; holds what was inside the one read last."""

    def __init__(self, keys: KeyLog, moved: Moved, first_flow: int) -> None:
        self._keys = keys
        self._moved = moved
        self._first_flow = first_flow  # number of the first flow of the walk over the whole scan
        self._held: tuple[int, Inside | None] = (-1, None)

    def events(self, flow: Flow, views: dict[int, SideView], events: Iterable[Any]) -> Iterator[Any]:
        """Yield the events of a flow on the wire; what stays closed is counted anew, with the reason."""
        self._held = (flow.number, None)
        elsewhere = self._moved.events(flow.number - self._first_flow, flow, views, events)
        if elsewhere is not None:
            yield from elsewhere
            return
        closed: list[Message] = []
        host = NOBODY
        begins: dict[int, int] = {}  # per side: where TLS begins, behind a STARTTLS or a proxy's answer
        kind = ""
        for event in events:
            if not isinstance(event, Message) or event.protocol not in {"tls", "quic"}:
                yield event
                continue
            kind = event.protocol
            begins.setdefault(event.side, event.start)
            host = (event.host, event.host_source or "none") if event.host and not host[0] else host
            if event.opaque == kind:
                closed.append(event)
            else:
                yield event
        if kind == "tls":
            yield from self._open(
                flow, {side: (views[side], begins.get(side, 0)) for side in views}, closed, host
            )
        elif kind == "quic":
            yield from self._open_quic(flow, views, closed, host)

    def _open(
        self, flow: Flow, sides: dict[int, tuple[SideView, int]], closed: list[Message], host: Host
    ) -> Iterator[Message]:
        from vitne.decrypt import open_tls

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
            read = sum(side.read for side in opened)
            self._held = (flow.number, Inside(told, dict(inner), host, read))

    def _open_quic(
        self, flow: Flow, views: dict[int, SideView], closed: list[Message], host: Host
    ) -> Iterator[Message | Oddity]:
        from vitne.pipeline.openedquic import open_datagrams, quic_views

        number = flow.number - self._first_flow
        yield from self._moved.oddities(number, flow)
        views = self._moved.all_views(number, views)
        talk = open_datagrams(views, self._keys)
        told = {event.side: event for event in closed}
        for side in views:
            if side in told or talk.sides[side].unread:
                yield from _still_closed(told.get(side) or _protected(side), talk.sides[side])
        inner: dict[int, SideView] = dict(quic_views(talk, views))
        if inner:
            inside = msgspec.structs.replace(flow, decrypted=True)
            if all(connection.client == 1 for connection in talk.connections):  # an answer was seen first
                inside = _turned(inside)
                inner = {1 - side: inner[side] for side in sorted(inner, reverse=True)}
            read = sum(side.read for side in talk.sides)
            self._held = (flow.number, Inside(inside, inner, host, read))

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


def _turned(flow: Flow) -> Flow:
    """Give a flow with its ends changed over."""
    return msgspec.structs.replace(
        flow,
        client_ip=flow.server_ip,
        client_port=flow.server_port,
        client_mac=flow.server_mac,
        server_ip=flow.client_ip,
        server_port=flow.client_port,
        server_mac=flow.client_mac,
    )


def _protected(side: int) -> Message:
    """Make what the QUIC decoder tells of a side that holds packets it cannot open."""
    return Message(protocol="quic", kind="protected", side=side, start=0, end=0, opaque="quic")


def _still_closed(event: Message, side: OpenedSide | OpenedQuic) -> Iterator[Message]:
    """Replace what TLS or QUIC alone counts as unreadable by what could not be opened, with the reason."""
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
