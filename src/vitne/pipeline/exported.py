"""Exports as traffic: entries become flows with streams, so that one detection runs on every input.

Each exchange of an entry is a flow of its own.  What its sides sent is written out as bytes, one run per
unit, and a run's row leads back to the entry.  An entry is read once to learn who talked with whom and when;
what it holds waits in a temporary file, up to a bound, until its turn comes.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from vitne.exports import Exchange
from vitne.exports.sms_frame import frame_of
from vitne.model import App, Flow, Gap, Malformed, Message, Oddity, Part, Place
from vitne.pipeline.conversation import read_flow
from vitne.pipeline.exportbatch import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports import Unit
    from vitne.model import StreamBatch
    from vitne.pipeline.exportreader import ExportReader
    from vitne.pipeline.views import SideView

_MOST_EXCHANGES = 8 << 20
"""Exchanges of one export; an endless one is read so far."""
_MOST_SPOOLED = 1 << 30
"""Bytes of exchanges that are kept in a temporary file from the first reading on; others are read again."""
_UDP, _TCP = 17, 6
_KINDS = ("", "text", "binary", "message", "other")


class _Ends(NamedTuple):
    """What exchanges of the same two ends share."""

    transport: str
    client: str  # address; ports of clients differ from exchange to exchange
    server: tuple[str, int]
    host: str
    protocol: str
    secured: bool
    answered: bool
    names: tuple[tuple[str, str], ...]
    app: App


class ExportWalk:
    """The flows of one export: what ``vitne.reassemble.Traffic`` is for packets."""

    def __init__(self, reader: ExportReader) -> None:
        self._reader = reader
        self.capture = 0  # number of the capture, known once all exports are
        self._ends: list[_Ends] = []
        self._ends_number: dict[_Ends, int] = {}
        self._spans = (array("q"), array("q"))  # per exchange: range of its entry in the file
        self._entry = array("I")  # per exchange: its entry, from 0
        self._nth = array("I")  # per exchange: which of its entry's
        self._end = array("I")  # per exchange: number of its ends
        self._port = array("H")  # per exchange: port of its client
        self._unseen = (array("q"), array("q"))  # per exchange and side: bytes that are not in the export
        self._row = array("I")  # per exchange: its first row
        self._row_time = array("q")
        self._row_entry = array("I")
        self._row_kind = array("B")
        self._row_side = array("B")
        self._row_at = array("q")  # where the bytes of each row stand in the spool
        self._spool: Any = None  # made with the first entry
        self._spooled = 0  # rows that stand in it: the first ones
        self._alike: dict[tuple[str, str], Gap | Oddity] = {}
        self.entries = 0
        self._held: tuple[int, list[Exchange]] = (-1, [])  # beginning of an entry, what it holds

    # -- the first reading -------------------------------------------------------------------------------

    def index(self) -> None:
        """Read all entries once; what cannot be read is told in ``told``."""
        for span in self._reader.spans():
            if isinstance(span, Gap):
                self._note(span)
                self.entries += span.kind == "limit"
                continue
            if len(self._entry) >= _MOST_EXCHANGES:
                why = f"an export of more than {_MOST_EXCHANGES} exchanges; the rest was not read"
                self._note(Gap(kind="limit", why=why, offset=span[0]))
                break
            try:
                self._take(span)
            except Malformed as error:
                why, (start, end) = error.why, span
                self._note(Gap(kind="malformed", why=why, offset=start, length=end - start))
            self.entries += 1

    def _take(self, span: tuple[int, int]) -> None:
        count = 0
        for item in self._reader.read(span):
            if isinstance(item, Exchange):
                self._add(item, span, count)
                self._keep(item.units)
                count += 1
            else:
                self._note(item)

    def _keep(self, units: tuple[Unit, ...]) -> None:
        """Put what an exchange holds into the spool, while there is room."""
        at = self._row_at[-1] if self._row_at else 0
        if self._spooled < len(self._row_time) - len(units) or at > _MOST_SPOOLED:
            return
        try:
            if self._spool is None:
                self._spool = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  (lives as long as the walk)
                weakref.finalize(self, self._spool.close)
                self._row_at.append(0)
            data = b"".join([unit.data for unit in units])
            if self._spool.write(data) < len(data):
                return  # the disk is full: from here on entries are read again
        except OSError:
            return
        for unit in units:
            at += len(unit.data)
            self._row_at.append(at)
        self._spooled += len(units)

    def _note(self, note: Gap | Oddity) -> None:
        """Keep a note of an entry; alike ones are counted at the first entry that gave them."""
        key = (note.kind, note.why) if isinstance(note, Gap) else (note.name, note.note)
        first = self._alike.get(key)
        if first is None:
            self._alike[key] = msgspec.structs.replace(note, frame=self.entries)
        elif isinstance(first, Gap) and isinstance(note, Gap):
            length = None if first.length is None or note.length is None else first.length + note.length
            self._alike[key] = msgspec.structs.replace(first, count=first.count + note.count, length=length)
        else:
            self._alike[key] = msgspec.structs.replace(first, count=first.count + note.count)

    @property
    def told(self) -> list[Gap | Oddity]:
        """What could not be read, and what is odd, in the export."""
        return list(self._alike.values())

    def _add(self, exchange: Exchange, span: tuple[int, int], nth: int) -> None:
        ends = _Ends(
            transport=exchange.transport,
            client=exchange.client_ip,
            server=(exchange.server_ip, exchange.server_port),
            host=exchange.host,
            protocol=exchange.protocol,
            secured=exchange.secured,
            answered=exchange.answered,
            names=exchange.names,
            app=exchange.app,
        )
        number = self._ends_number.setdefault(ends, len(self._ends))
        if number == len(self._ends):
            self._ends.append(ends)
        for column, value in zip(self._spans, span, strict=True):
            column.append(value)
        for column, value in zip(self._unseen, exchange.unseen, strict=True):
            column.append(value)
        self._entry.append(self.entries)
        self._nth.append(nth)
        self._end.append(number)
        self._port.append(exchange.client_port)
        self._row.append(len(self._row_time))
        before = self._row_time[-1] if self._row_time else 0
        if exchange.units[0].time_ns is None:
            note = "entries without a time that can be read; the time of the one before is used"
            self._note(Oddity(name="time-missing", note=note))
        for unit in exchange.units:
            before = before if unit.time_ns is None else unit.time_ns
            self._row_time.append(before)
            self._row_entry.append(self.entries)
            self._row_kind.append(_KINDS.index(unit.kind) if unit.kind in _KINDS else len(_KINDS) - 1)
            self._row_side.append(unit.side)

    @property
    def span_ns(self) -> tuple[int | None, int | None]:
        """Least and greatest time."""
        return (min(self._row_time), max(self._row_time)) if self._row_time else (None, None)

    # -- as traffic --------------------------------------------------------------------------------------

    @property
    def flow_count(self) -> int:
        """Number of flows: exchanges."""
        return len(self._entry)

    @property
    def packet_count(self) -> int:
        """Number of entries."""
        return self.entries

    def flow(self, number: int) -> Flow:
        """Give one flow; raises IndexError for a number there is not."""
        ends = self._ends[self._end[number]]
        return Flow(
            number=number,
            transport=ends.transport,
            client_ip=ends.client,
            client_port=self._port[number],
            client_mac="",
            server_ip=ends.server[0],
            server_port=ends.server[1],
            server_mac="",
            packets=1,
            handshake=False,
            answered=ends.answered,
            acked=(None, None),
            decrypted=ends.secured,
        )

    def plain(self, number: int) -> bool:
        """Say whether the bytes of a flow tell all of it: the entry adds nothing to them."""
        ends = self._ends[self._end[number]]
        whole = not (ends.protocol or ends.names or self._unseen[0][number] or self._unseen[1][number])
        return whole and ends.answered and ends.transport == "tcp"

    def app_of(self, number: int) -> App | None:
        """Name the app of a flow, where its entry tells it or the whole export is of one."""
        told = self._ends[self._end[number]].app
        return self._reader.app if told.source == "unknown" else told

    def flow_columns(self) -> dict[str, np.ndarray]:
        """Give protocol and ports of all flows as columns."""
        which = np.frombuffer(self._end, dtype=np.uint32) if self._end else np.zeros(0, dtype=np.uint32)
        protocol = np.array(
            [_UDP if ends.transport == "udp" else _TCP for ends in self._ends], dtype=np.uint8
        )
        ports = np.array([ends.server[1] for ends in self._ends], dtype=np.uint16)
        own = np.frombuffer(self._port, dtype=np.uint16) if self._port else np.zeros(0, dtype=np.uint16)
        return {"protocol": protocol[which], "port": np.stack([own, ports[which]], axis=1)}

    def near_flows(self) -> Iterator[Flow]:
        """Yield one flow of each client that the export names; servers tell nothing about devices."""
        seen: set[tuple[str, str]] = set()
        for number, which in enumerate(self._end):
            ends = self._ends[which]
            key = (ends.client, ends.server[0])
            if key[0] and key[1] and key not in seen:
                seen.add(key)
                yield msgspec.structs.replace(self.flow(number), answered=False)

    def events(self, number: int, flow: Flow, views: dict[int, SideView]) -> Iterator[Message | Gap | Oddity]:
        """Yield what the flow holds: read by the decoders, or as the messages that the entry names."""
        ends = self._ends[self._end[number]]
        yield from self._unread(number, ends)
        if not ends.protocol:
            for event in read_flow(flow, views, self.row_times):
                yield _told_of(event, ends) if isinstance(event, Message) else event
            return
        for side, view in views.items():
            for position, length, row in zip(
                view.offsets.tolist(), view.lengths.tolist(), view.rows.tolist(), strict=True
            ):
                if length:
                    yield Message(
                        protocol=ends.protocol,
                        kind=_KINDS[self._row_kind[row]],
                        side=side,
                        start=position,
                        end=position + length,
                        host=ends.host,
                        host_source="export" if ends.host else "",
                        parts=_parts(ends.protocol, view.slice(position, position + length), position),
                    )

    def _unread(self, number: int, ends: _Ends) -> Iterator[Message]:
        """Yield messages that stand for bytes the export does not hold, and the names that it tells."""
        for side in (0, 1):
            length = self._unseen[side][number]
            names = ends.names if side else ()
            if length or names or (ends.protocol == "log" and side == 0):
                yield Message(
                    protocol=ends.protocol or "log",
                    kind="data",
                    side=side,
                    start=0,
                    end=0,
                    host=ends.host,
                    host_source="export" if ends.host else "",
                    names=names,
                    opaque="not-in-the-export" if length else "",
                    opaque_bytes=length,
                )

    # -- streams -----------------------------------------------------------------------------------------

    def batches(self, size: int = 8 << 20, flows: np.ndarray | None = None) -> Iterator[StreamBatch]:
        """Yield the streams of chosen flows in flow order, client side first; a flow is never cut."""
        batch = Batch()
        for number in range(self.flow_count):
            if flows is not None and not flows[number]:
                continue
            batch.add(number, self._pieces(number), self._row[number])
            if batch.size >= size:
                yield batch.give()
                batch = Batch()
        if batch.size or batch.flow:
            yield batch.give()

    def _pieces(self, number: int) -> list[tuple[int, bytes]]:
        """Give side and bytes of each unit of an exchange."""
        low = self._row[number]
        high = self._row[number + 1] if number + 1 < self.flow_count else len(self._row_time)
        if high > self._spooled:
            return [(unit.side, unit.data) for unit in self._exchange(number).units]
        edges = self._row_at[low : high + 1]
        data = os.pread(self._spool.fileno(), edges[-1] - edges[0], edges[0])
        return [
            (self._row_side[low + at], data[edges[at] - edges[0] : edges[at + 1] - edges[0]])
            for at in range(high - low)
        ]

    def _exchange(self, number: int) -> Exchange:
        start = self._spans[0][number]
        if self._held[0] != start:
            span = (start, self._spans[1][number])
            self._held = (start, list(self._exchanges(span)))
        return self._held[1][self._nth[number]]

    def _exchanges(self, span: tuple[int, int]) -> Iterator[Exchange]:
        """Read an entry again, up to where it breaks off, which was told before."""
        try:
            for item in self._reader.read(span):
                if isinstance(item, Exchange):
                    yield item
        except Malformed:
            return

    # -- rows --------------------------------------------------------------------------------------------

    def capture_of(self, rows: np.ndarray) -> np.ndarray:
        """Give the number of the capture of each row."""
        return np.full(len(rows), self.capture, dtype=np.int64)

    def frame_of(self, rows: np.ndarray) -> np.ndarray:
        """Give each row's entry, from 0."""
        return np.frombuffer(self._row_entry, dtype=np.uint32)[np.asarray(rows, dtype=np.int64)].astype(
            np.int64
        )

    def row_times(self, rows: np.ndarray) -> np.ndarray:
        """Give each row's time, int64 nanoseconds UTC."""
        return np.frombuffer(self._row_time, dtype=np.int64)[np.asarray(rows, dtype=np.int64)]

    def place(self, rows: np.ndarray) -> list[Place]:
        """Say which entries hold these rows."""
        if len(rows) == 1:  # nearly always: a request is in one entry
            row = int(rows[0])
            return [Place(capture=self.capture, frames=(self._row_entry[row],), time_ns=self._row_time[row])]
        rows = np.unique(np.asarray(rows, dtype=np.int64))
        if not len(rows):
            return []
        frames = tuple(sorted(set(self.frame_of(rows).tolist())))
        return [Place(capture=self.capture, frames=frames, time_ns=int(self.row_times(rows[:1])[0]))]

    def notes(self) -> Iterator[Gap | Oddity]:
        """Yield nothing: what was met is told when the export is opened."""
        yield from ()


def _parts(protocol: str, data: bytes, at: int) -> tuple[Part, ...]:
    """Give the parts of a message that an entry names; a record in a short message is a part of its own."""
    frame = frame_of(data) if protocol == "sms" else None
    if frame is None:
        return (Part(path="payload", start=at, end=at + len(data)),)
    around = ((0, frame.start), (frame.end, len(data)))
    return (
        Part(path="body", start=at + frame.start, end=at + frame.end, hints=("xml",)),
        *(Part(path="payload", start=at + low, end=at + high) for low, high in around if low < high),
    )


def _told_of(message: Message, ends: _Ends) -> Message:
    """Add what the entry tells and the bytes do not."""
    if message.side == 0 and message.protocol == "http" and not ends.answered:
        message = msgspec.structs.replace(message, facts=(*message.facts, ("unanswered", "yes")))
    if ends.host and not message.host and message.side == 0 and message.protocol != "dns":
        message = msgspec.structs.replace(message, host=ends.host, host_source="export")
    return message
