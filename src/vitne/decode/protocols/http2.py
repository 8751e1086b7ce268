"""HTTP/2: requests and answers of one connection, stream by stream.

summary: requests and answers of interleaved streams, header by header, and their bodies
specification: RFC 9113; RFC 7541 for header fields; RFC 9110

``FrameReader`` (see http2_frames) cuts each direction into frames; this module keeps the streams and pairs
answers with requests.  A stream's message is given when its direction ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.hpack import Table
from vitne.decode.protocols.http2_frames import HEAD, PREFACE, SETTINGS, FrameReader
from vitne.decode.protocols.http2_message import Exchange, Placed, build
from vitne.decode.protocols.http2_socket import MOST_SOCKETS, asks_for_socket, hosted, taken_out
from vitne.model import Fit, Gap, Malformed, Message, Oddity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.decode.protocols.hpack import Field
    from vitne.decode.protocols.http2_frames import Block

    Event = Message | Oddity | Gap

_MOST_STREAMS = 10_000  # streams of one direction that are open at a time
_MOST_PAIRED = 1 << 20  # requests whose number is kept for their answers


class _Direction:
    """What one side sends."""

    def __init__(self, http: Http2, side: int, base: int) -> None:
        self.http = http
        self.side = side
        self.table = Table()
        self.streams: dict[int, Exchange] = {}
        self.reader = FrameReader(self, base, preface=side == 0)
        self.out: list[Event] = []
        self.unknown = 0  # fields whose names or values were agreed on before we joined

    # -- what the frames hold --------------------------------------------------------------------------------

    def block(self, block: Block) -> None:
        """Read a header block: the head of a message, its trailers, or the announcement of a push."""
        fields = self._fields(block)
        if block.promised:
            pushed = Exchange(block.start)
            pushed.fields, pushed.end = fields, block.end
            self.out.append(build(pushed, side=self.side, answers=None, version="2"))
            return
        exchange = self._exchange(block.stream, block.start)
        exchange.end = block.end
        exchange.whole = exchange.whole and block.whole
        if exchange.fields and _informational(exchange.fields) and not exchange.body:
            self._give(block.stream, exchange, final=False)
            exchange = self.streams[block.stream] = Exchange(block.start)
            exchange.end = block.end
        if exchange.fields or exchange.body:
            exchange.trailers += fields
        else:
            exchange.fields = fields
            if self.side == 0 and len(self.http.sockets) < MOST_SOCKETS and asks_for_socket(fields):
                self.http.sockets.add(block.stream)
        if block.ends_stream:
            self.ended(block.stream, block.end, reset=False)

    def _fields(self, block: Block) -> list[Placed]:
        if not block.whole:
            self.table.forget()
            self._gap("limit", "a block of header fields is longer than is read", block.start)
        try:
            found, left = self.table.fields(bytes(block.data))
        except Malformed as error:
            self._gap("malformed", error.why, block.start, length=block.end - block.start)
            return []
        if left:
            self._gap("limit", "more header fields than are read", block.start, count=left)
        self.unknown += sum(not field.known for field in found)
        return _placed(found, block)

    def data(self, stream: int, offset: int, content: bytes) -> None:
        """Take bytes of a body."""
        self._exchange(stream, offset - HEAD).data(offset, content)

    def torn(self, stream: int, offset: int, length: int) -> None:
        """Take note of missing bytes of a body."""
        self._exchange(stream, offset).hole(offset + length)

    def ended(self, stream: int, offset: int, *, reset: bool) -> None:
        """Give the message of a stream that ends."""
        exchange = self.streams.pop(stream, None)
        if exchange is not None:
            exchange.whole = exchange.whole and not reset
            exchange.end = max(exchange.end, offset if not reset else exchange.end)
            self._give(stream, exchange)

    def lost(self, offset: int, length: int, *, hole: bool) -> None:
        """Tell of bytes that were passed over; what was open may miss some of them."""
        self.table.forget()
        for exchange in self.streams.values():
            exchange.whole, exchange.torn = False, True
        why = "the bytes behind a hole begin no frame" if hole else "no HTTP/2 frame stands where one is due"
        self._gap("missing-segment" if hole else "malformed", why, offset, length=length)

    # -- streams and messages --------------------------------------------------------------------------------

    def _exchange(self, stream: int, start: int) -> Exchange:
        found = self.streams.get(stream)
        if found is None:
            if len(self.streams) >= _MOST_STREAMS:
                oldest = next(iter(self.streams))
                left = self.streams.pop(oldest)
                left.whole = False
                self._give(oldest, left)
                self._gap("limit", "more streams are open than are kept", left.start)
            found = self.streams[stream] = Exchange(start)
        return found

    def _give(self, stream: int, exchange: Exchange, *, final: bool = True) -> None:
        numbers = self.http.numbers
        answers = numbers.get(stream) if self.side == 1 else None
        if exchange.left:
            why = "a body is longer than is kept; the rest was not looked at"
            self._gap("limit", why, exchange.start, length=exchange.left)
        inside = taken_out(exchange, self.side) if stream in self.http.sockets and final else []
        self.out.append(message := build(exchange, side=self.side, answers=answers, version="2"))
        self.out += hosted(inside, message)
        if self.side == 0 and final:
            if len(numbers) < _MOST_PAIRED:
                numbers[stream] = self.http.requests
            self.http.requests += 1 + sum(isinstance(event, Message) for event in inside)

    def _gap(self, kind: str, why: str, offset: int, *, length: int | None = None, count: int = 1) -> None:
        gap = Gap(kind=kind, why=why, offset=offset, length=length, count=count)  # type: ignore[arg-type]
        self.out.append(gap)

    def flush(self) -> Iterator[Event]:
        """Give what was gathered."""
        out, self.out = self.out, []
        return iter(out)

    def finish(self) -> Iterator[Event]:
        """End this direction: what is open is given as it is."""
        if self.reader.finish():
            self._gap("malformed", "the stream ends inside an HTTP/2 frame", self.reader.offset)
        for stream, exchange in self.streams.items():
            exchange.whole = False
            self._give(stream, exchange)
        self.streams.clear()
        if self.unknown:
            why = "header fields of a table that was agreed on before the capture, or in a hole of it"
            self._gap("missing-segment", why, self.reader.offset, count=self.unknown)
            self.unknown = 0
        return self.flush()


def _informational(fields: list[Placed]) -> bool:
    """Say whether fields are those of an interim answer (RFC 9110 section 15.2)."""
    return fields[0].name == b":status" and fields[0].value[:1] == b"1"


def _placed(fields: list[Field], block: Block) -> list[Placed]:
    """Give the fields of a block their places in the stream."""
    if len(block.pieces) == 1:  # nearly always: one frame holds it
        shift = block.pieces[0][1]
        return [
            Placed(name, value, shift + at, shift + at + len(value), exact=True)
            if at >= 0
            else Placed(name, value, shift + start, shift + end, exact=False)
            for name, value, start, end, at, known in fields
            if known and name
        ]
    return [_placed_over(field, block) for field in fields if field.known and field.name]


def _placed_over(field: Field, block: Block) -> Placed:
    """Give a field of a block over several frames its place in the stream."""
    if field.value_at >= 0:
        start, end, exact = block.place(field.value_at, field.value_at + len(field.value))
        if exact:
            return Placed(field.name, field.value, start, end, exact=True)
    start, end, _ = block.place(field.start, field.end)
    return Placed(field.name, field.value, start, end, exact=False)


class Http2:
    """One HTTP/2 connection.  ``base`` gives the stream offsets at which it begins (after an upgrade)."""

    name = "http2"
    summary = "requests and answers of interleaved streams, header by header, and their bodies"
    specification = "RFC 9113; RFC 7541; RFC 9110"
    first_bytes: ClassVar[dict[str, bytes]] = {"tcp": b"P\x00"}

    def __init__(self, base: tuple[int, int] = (0, 0)) -> None:
        self.requests = 0  # requests given so far
        self.numbers: dict[int, int] = {}  # stream -> number of its request
        self.sockets: set[int] = set()  # streams that were asked to become a WebSocket
        self.directions = (_Direction(self, 0, base[0]), _Direction(self, 1, base[1]))

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """CERTAIN for the client's preface, LIKELY for a first SETTINGS frame."""
        del side
        if transport != "tcp":
            return Fit.NO
        if head[: len(PREFACE)] == PREFACE:
            return Fit.CERTAIN
        if PREFACE.startswith(head) and len(head) >= 14:
            return Fit.LIKELY
        length = int.from_bytes(head[:3], "big")
        settings = len(head) >= HEAD and head[3] == SETTINGS and head[5:9] == bytes(4)
        return Fit.LIKELY if settings and head[4] == 0 and length % 6 == 0 and length <= 192 else Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Event]:
        """Take the next bytes of a side."""
        direction = self.directions[side]
        direction.reader.feed(data)
        return direction.flush()

    def miss(self, side: int, length: int) -> Iterator[Event]:
        """Take note that so many bytes of a side are missing."""
        direction = self.directions[side]
        direction.reader.miss(length)
        return direction.flush()

    def finish(self, side: int) -> Iterator[Event]:
        """End a side."""
        return self.directions[side].finish()


decoder = Http2
