"""Exports as traffic: entries become flows with streams, so that one detection runs on every input.

Each exchange of an entry is a flow of its own.  What its sides sent is written out as bytes, one run per
unit, and a run's row leads back to the entry.  Bodies of a large export are not kept: an entry is read once
to learn who talked with whom and when, and again when its turn comes.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from vitne.exports import Exchange
from vitne.exports.sms_frame import frame_of
from vitne.model import App, Flow, Gap, Malformed, Message, Oddity, Part, Place, StreamBatch
from vitne.pipeline.conversation import read_flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports import Unit
    from vitne.pipeline.exportreader import ExportReader
    from vitne.pipeline.views import SideView

_MOST_EXCHANGES = 8 << 20
"""Exchanges of one export; an endless one is read so far."""
_MOST_KEPT = 16 << 20
"""Bytes of an export up to which what its entries hold is kept from the first reading."""
_ABOUT = 1024  # bytes that an exchange takes besides what its units hold
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
        self._alike: dict[tuple[str, str], Gap | Oddity] = {}
        self.entries = 0
        self._held: tuple[int, list[Exchange]] = (-1, [])  # beginning of an entry, what it holds
        self._kept: dict[int, list[Exchange]] | None = {}  # the same of all, while they are few
        self._kept_bytes = 0

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
        found: list[Exchange] = []
        try:
            for item in self._reader.read(span):
                if not isinstance(item, Exchange):
                    self._note(item)
                    continue
                self._add(item, span, len(found))
                found.append(item)
        finally:
            self._keep(span[0], found)

    def _keep(self, start: int, found: list[Exchange]) -> None:
        if self._kept is None or not found:
            return
        self._kept_bytes += sum(_ABOUT + sum(len(unit.data) for unit in each.units) for each in found)
        if self._kept_bytes > _MOST_KEPT:
            self._kept = None
        else:
            self._kept[start] = found

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
        batch = _Batch()
        for number in range(self.flow_count):
            if flows is not None and not flows[number]:
                continue
            batch.add(number, self._exchange(number).units, self._row[number])
            if batch.size >= size:
                yield batch.give()
                batch = _Batch()
        if batch.size or batch.flow:
            yield batch.give()

    def _exchange(self, number: int) -> Exchange:
        start = self._spans[0][number]
        if self._kept is not None and start in self._kept:
            return self._kept[start][self._nth[number]]
        if self._held[0] != start:
            span = (start, self._spans[1][number])
            self._held = (start, [each for each in self._reader.read(span) if isinstance(each, Exchange)])
        return self._held[1][self._nth[number]]

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


class _Batch:
    """A StreamBatch in the making."""

    def __init__(self) -> None:
        self.size = 0
        self.data: list[bytes] = []
        self.flow: list[int] = []
        self.piece: list[tuple[int, int, int]] = []  # side, start, end
        self.run: list[tuple[int, int, int, int, int]] = []  # piece, position, length, offset, row

    def add(self, number: int, units: tuple[Unit, ...], row: int) -> None:
        """Take the units of one flow; a side that sent nothing has no piece."""
        for side in (0, 1):
            own = [(unit, row + at) for at, unit in enumerate(units) if unit.side == side]
            if not own:
                continue
            start = self.size
            for unit, at in own:
                self.run.append((len(self.flow), self.size, len(unit.data), self.size - start, at))
                self.data.append(unit.data)
                self.size += len(unit.data)
            self.flow.append(number)
            self.piece.append((side, start, self.size))

    def give(self) -> StreamBatch:
        """Give what was taken."""
        piece = np.array(self.piece, dtype=np.int64).reshape(-1, 3)
        run = np.array(self.run, dtype=np.int64).reshape(-1, 5)
        return StreamBatch(
            data=np.frombuffer(b"".join(self.data), dtype=np.uint8),
            flow=np.array(self.flow, dtype=np.uint32),
            side=piece[:, 0].astype(np.uint8),
            start=piece[:, 1].copy(),
            end=piece[:, 2].copy(),
            base=np.zeros(len(piece), dtype=np.int64),
            last=np.ones(len(piece), dtype=bool),
            run_piece=run[:, 0].astype(np.uint32),
            run_position=run[:, 1].copy(),
            run_length=run[:, 2].astype(np.uint32),
            run_offset=run[:, 3].copy(),
            run_row=run[:, 4].astype(np.uint32),
        )
