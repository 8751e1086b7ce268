"""HTTP/3: requests and answers of one QUIC connection, stream by stream.

summary: requests and answers of an opened QUIC connection, header by header, and their bodies
specification: RFC 9114; RFC 9204 for header fields; RFC 9110

Streams are handed over one after the other, ``open_stream`` before the bytes of each: first those that have
one direction and tell settings and header tables, then requests and answers.  Offsets count as the caller
says; ``seen`` tells when the byte at an offset was seen, which decides what a header table held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.http2_message import Exchange, Placed, build
from vitne.decode.protocols.http2_socket import MOST_SOCKETS, asks_for_socket, hosted, taken_out
from vitne.decode.protocols.http3_frames import PUSH_PROMISE, SETTINGS, FrameReader
from vitne.decode.protocols.qpack import LARGEST_TABLE, Inserted, Section
from vitne.decode.protocols.quic_packets import varint
from vitne.model import Fit, Gap, Malformed, Message, Oddity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vitne.decode.protocols.hpack import Field

    Event = Message | Oddity | Gap
    Seen = Callable[[int, int], int]

CONTROL, PUSH, ENCODER, DECODER = 0, 1, 2, 3  # types of streams with one direction (section 6.2)
_TABLE_CAPACITY = 1  # setting (RFC 9204 section 5)
_MOST_SETTINGS = 256


class _Head:
    """The first bytes of a stream with one direction: its type, and what must be read before its frames."""

    def __init__(self, http: Http3, side: int, offset: int) -> None:
        self.http = http
        self.side = side
        self.offset = offset
        self.pending = b""
        self.reader: FrameReader | Inserted | None = None
        self.kind = -1
        self.passed = 0  # bytes of a type that is not read

    def feed(self, data: bytes) -> None:
        """Take bytes."""
        if self.kind < 0:
            self.pending += data
            told = varint(self.pending, 0)
            behind = varint(self.pending, told[1]) if told and told[0] == PUSH else told
            if told is None or behind is None:
                return
            self.kind = told[0]
            data = self.pending[behind[1] :]
            self.offset += behind[1]
            self.reader = self.http.reader_of(self.kind, self.side, self.offset)
        if isinstance(self.reader, Inserted):
            begin, seen, side = self.offset, self.http.seen, self.side
            self.reader.feed(data, None if seen is None else lambda at: seen(side, begin + at))
        elif self.reader is not None:
            self.reader.feed(data)
        else:
            self.passed += len(data)

    def miss(self, length: int) -> None:
        """Take note of a hole."""
        if self.kind < 0:
            self.kind = DECODER  # nobody knows what it was
        if isinstance(self.reader, (Inserted, FrameReader)):
            self.reader.miss(*([length] if isinstance(self.reader, FrameReader) else []))


class _Requests:
    """One stream of requests or answers in one direction: a message, told when its stream ends."""

    def __init__(self, http: Http3, side: int, stream: int, offset: int) -> None:
        self.http = http
        self.side = side
        self.stream = stream
        self.exchange = Exchange(offset)
        self.sections = http.sections[side]
        self.interim = 0

    def frame(self, kind: int, offset: int, start: int, payload: bytes) -> None:
        """Take a whole frame."""
        if kind == SETTINGS:
            return
        if kind == PUSH_PROMISE:
            push = varint(payload, 0)
            at = push[1] if push is not None else len(payload)
            pushed = Exchange(offset)
            pushed.fields, pushed.end = self._fields(start + at, payload[at:]), start + len(payload)
            self.http.out.append(build(pushed, side=self.side, answers=None, version="3"))
            return
        exchange = self.exchange
        fields = self._fields(start, payload)
        exchange.end = start + len(payload)
        if exchange.fields and not exchange.body and _informational(exchange.fields):
            self.http.give(self.side, self.stream, exchange, final=False)
            exchange = self.exchange = Exchange(offset)
            exchange.end = start + len(payload)
        if exchange.fields or exchange.body:
            exchange.trailers += fields
        else:
            exchange.fields = fields
            if self.side == 0 and len(self.http.sockets) < MOST_SOCKETS and asks_for_socket(fields):
                self.http.sockets.add(self.stream)

    def _fields(self, start: int, block: bytes) -> list[Placed]:
        seen = self.http.seen
        time = seen(self.side, start + len(block) - 1) if seen is not None and block else None
        try:
            found, left = self.sections.fields(block, time)
        except Malformed as error:
            self.http.gap("malformed", error.why, start, length=len(block))
            self.exchange.whole = False
            return []
        if left:
            self.http.gap("limit", "more header fields than are read", start, length=left)
        self.http.unknown[self.side] += sum(not field.known for field in found)
        return [_placed(field, start) for field in found if field.known and field.name]

    def data(self, offset: int, content: bytes) -> None:
        """Take bytes of the body."""
        self.exchange.data(offset, content)

    def torn(self, end: int) -> None:
        """Take note that bytes of the body are missing."""
        self.exchange.hole(end)

    def lost(self, offset: int, length: int) -> None:
        """Take note that the rest of the stream, or a frame of it, cannot be read."""
        self.exchange.whole, self.exchange.torn = False, True
        why = "frames of an HTTP/3 stream that is not all in the capture, or too long to be read"
        self.http.gap("missing-segment", why, offset, length=length)


class _Settings:
    """A control stream: only the size of the header table is of use (RFC 9204 section 5)."""

    def __init__(self, http: Http3, side: int) -> None:
        self.http = http
        self.side = side

    def frame(self, kind: int, offset: int, start: int, payload: bytes) -> None:  # noqa: ARG002
        """Take a whole frame."""
        at = 0
        for _ in range(_MOST_SETTINGS if kind == SETTINGS else 0):
            name = varint(payload, at)
            value = varint(payload, name[1]) if name is not None else None
            if name is None or value is None:
                return
            at = value[1]
            if name[0] == _TABLE_CAPACITY:
                self.http.sections[1 - self.side].most = min(value[0], LARGEST_TABLE)

    def data(self, offset: int, content: bytes) -> None:
        """Nothing of a body belongs here."""

    def torn(self, end: int) -> None:
        """Nothing of a body belongs here."""

    def lost(self, offset: int, length: int) -> None:
        """Take note of what cannot be read: nothing else of a control stream is of use."""


class Http3:
    """HTTP/3 over the streams of one QUIC connection."""

    name = "http3"
    summary = "requests and answers of an opened QUIC connection, header by header, and their bodies"
    specification = "RFC 9114; RFC 9204; RFC 9110"
    first_bytes: ClassVar[dict[str, bytes]] = {"quic": b"\x00\x02\x03"}

    def __init__(self, *, seen: Seen | None = None) -> None:
        self.seen = seen  # side and offset -> when the byte was seen; None: as it is fed
        self.inserted = (Inserted(), Inserted())
        self.sections = (Section(self.inserted[0]), Section(self.inserted[1]))
        self.out: list[Event] = []
        self.unknown = [0, 0]  # per side: fields of table entries that are not known
        self.requests = 0  # requests given so far
        self.sockets: set[int] = set()  # streams that were asked to become a WebSocket
        self._numbers: dict[int, int] = {}  # stream -> number of its request
        self._ended = [True, True]  # per side: the end of the stream in hand was seen
        self._now: list[_Head | FrameReader] = [self._stream(0, 0, 0), self._stream(1, 0, 0)]

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """LIKELY for a control stream that begins with its settings (section 6.2.1)."""
        del side
        return Fit.LIKELY if transport == "quic" and head[:2] == b"\x00\x04" else Fit.NO

    # -- streams ---------------------------------------------------------------------------------------------

    def open_stream(self, side: int, stream: int, offset: int, *, ended: bool = True) -> None:
        """Let what follows of a side belong to a stream (RFC 9000 section 2.1), from an offset on.

        ``ended`` says that its end was seen: without it, the last message of the stream is not complete.
        """
        self._now[side] = self._stream(side, stream, offset)
        self._ended[side] = ended

    def _stream(self, side: int, stream: int, offset: int) -> _Head | FrameReader:
        if stream & 2:
            return _Head(self, side, offset)
        return FrameReader(_Requests(self, side, stream, offset), offset)

    def reader_of(self, kind: int, side: int, offset: int) -> FrameReader | Inserted | None:
        """Give the reader of a stream with one direction by its type; None where nothing is to be read."""
        if kind == CONTROL:
            return FrameReader(_Settings(self, side), offset)
        if kind == ENCODER:
            return self.inserted[side]
        if kind == PUSH:
            return FrameReader(_Requests(self, side, -1, offset), offset)
        return None

    def feed(self, side: int, data: bytes) -> Iterator[Event]:
        """Take the next bytes of the stream in hand."""
        try:
            self._now[side].feed(data)
        except Malformed as error:
            self.gap("malformed", error.why, self._now[side].offset)
        return self._flush()

    def miss(self, side: int, length: int) -> Iterator[Event]:
        """Take note that so many bytes of the stream in hand are missing."""
        self._now[side].miss(length)
        return self._flush()

    def finish(self, side: int) -> Iterator[Event]:
        """End the stream in hand."""
        now = self._now[side]
        reader = now.reader if isinstance(now, _Head) else now
        if isinstance(now, _Head) and now.passed and now.kind != DECODER and (now.kind - 0x21) % 0x1F:
            self.out.append(_unread(side, now))
        if isinstance(reader, FrameReader):
            cut, whole = reader.cut, reader.finish()
            sink = reader.sink
            if isinstance(sink, _Requests):
                if cut:
                    kind = "malformed" if self._ended[side] else "missing-segment"
                    self.gap(kind, "the stream ends inside an HTTP/3 frame", reader.offset)
                exchange = sink.exchange
                exchange.whole = exchange.whole and whole and self._ended[side]
                if exchange.fields or exchange.body or exchange.end > exchange.start:
                    self.give(side, sink.stream, exchange, final=True)
        if self.unknown[side]:
            why = "header fields of a table whose stream is not all in the capture"
            self.gap("missing-segment", why, now.offset, count=self.unknown[side])
            self.unknown[side] = 0
        self._now[side] = _Head(self, side, now.offset)
        return self._flush()

    # -- what is told ----------------------------------------------------------------------------------------

    def give(self, side: int, stream: int, exchange: Exchange, *, final: bool) -> None:
        """Tell a message."""
        answers = self._numbers.get(stream) if side == 1 else None
        if exchange.left:
            why = "a body is longer than is kept; the rest was not looked at"
            self.gap("limit", why, exchange.start, length=exchange.left)
        inside = taken_out(exchange, side) if stream in self.sockets and final else []
        self.out.append(message := build(exchange, side=side, answers=answers, version="3"))
        self.out += hosted(inside, message)
        if side == 0 and final:
            self._numbers[stream] = self.requests
            self.requests += 1 + sum(isinstance(event, Message) for event in inside)

    def gap(self, kind: str, why: str, offset: int, *, length: int | None = None, count: int = 1) -> None:
        """Tell what could not be read."""
        self.out.append(Gap(kind=kind, why=why, offset=offset, length=length, count=count))  # type: ignore[arg-type]

    def _flush(self) -> Iterator[Event]:
        out, self.out = self.out, []
        return iter(out)


def _unread(side: int, head: _Head) -> Message:
    """Count a stream of a type that is not read; types 0x21 and so on are for show (section 6.2.3)."""
    return Message(
        protocol="http3",
        kind="stream",
        side=side,
        start=head.offset,
        end=head.offset + head.passed,
        opaque="unknown-format",
        opaque_bytes=head.passed,
    )


def _informational(fields: list[Placed]) -> bool:
    """Say whether fields are those of an interim answer (RFC 9110 section 15.2)."""
    return fields[0].name == b":status" and fields[0].value[:1] == b"1"


def _placed(field: Field, shift: int) -> Placed:
    """Give a field its place: that of its value where it stands in clear, else that of the field."""
    if field.value_at >= 0:
        at = shift + field.value_at
        return Placed(field.name, field.value, at, at + len(field.value), exact=True)
    return Placed(field.name, field.value, shift + field.start, shift + field.end, exact=False)


decoder = Http3
