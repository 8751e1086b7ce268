"""CoAP over UDP and TCP.

summary: host, path and query of requests, payloads put together over blocks, answers
specification: RFC 7252; RFC 7959 (blocks); RFC 8323 (TCP); RFC 8132
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from vitne.decode.protocols.coap_lwm2m import name_of
from vitne.decode.protocols.coap_options import (
    BLOCK1,
    BLOCK2,
    CONTENT_FORMAT,
    FORMATS,
    HINTS,
    METHODS,
    OPTIONS,
    URI_HOST,
    URI_PATH,
    URI_QUERY,
    Content,
    Option,
    code_known,
    read_content,
)
from vitne.model import Fit, Gap, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES = ("CON", "NON", "ACK", "RST")
_CSM = 0xE1  # 7.01, capabilities: the first message of each side on TCP (RFC 8323 section 5.3)
_LARGEST = 1 << 20  # bytes of one message on a stream, and of blocks that are put together
_MOST_TRANSFERS = 64
_MOST_ASKED = 4096  # requests of which the path is kept, to name what answers them


class _Frame(NamedTuple):
    """One message and where its fields stand in the data."""

    data: bytes
    base: int  # stream offset of the data (0 in a datagram)
    code: int
    token: bytes
    at: int  # where the options begin
    kind: str  # "CON", "NON", "ACK", "RST"; "" on TCP
    datagram: int | None


class Coap:
    """One CoAP conversation."""

    name = "coap"
    summary = "host, path and query of requests, payloads put together over blocks, answers"
    specification = "RFC 7252; RFC 7959; RFC 8323; RFC 8132"
    first_bytes: ClassVar[dict[str, bytes]] = {
        "udp": bytes(range(0x40, 0x80)),
        "tcp": bytes(range(0, 256, 16)),
    }  # what a side can begin with

    def __init__(self, *, transport: str = "udp", destination: tuple[str, int] = ("", 0)) -> None:
        self.transport = transport
        self.destination = destination  # address and port of the server
        self.upgraded = ""  # CoAP hands over to nobody
        self.upgraded_at: tuple[int, int] | None = None
        self._count = [0, 0]  # datagrams met per side
        self._blocks: dict[tuple[int, int, bytes], bytearray] = {}  # by side, option and token
        self._asked: dict[bytes, str] = {}  # by token: name of what was asked for last
        self._kept = (bytearray(), bytearray())  # bytes of streams
        self._offset = [0, 0]  # stream offset of the first kept byte
        self._lost = [False, False]

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """LIKELY where all options are known and in order; on TCP for the opening message."""
        if transport == "tcp":
            size = _stream_size(head)
            opening = (
                size is not None and size[1] + 1 <= len(head) and head[size[1]] == _CSM and head[0] & 15 == 0
            )
            return Fit.LIKELY if opening and size is not None and size[0] <= 64 else Fit.NO
        frame = _datagram(head, None)
        if frame is None or not code_known(frame.code) or (side == 0 and frame.kind == "RST"):
            return Fit.NO
        content = read_content(head, frame.at)
        if not content.whole or any(option.number not in OPTIONS for option in content.options):
            return Fit.NO
        if not all(_text(head, option) for option in content.options):
            return Fit.NO
        if frame.code >> 5 == 0:
            named = any(option.number in {URI_HOST, URI_PATH, URI_QUERY} for option in content.options)
            return Fit.LIKELY if named and frame.kind in {"CON", "NON"} else Fit.NO
        return Fit.PERHAPS if content.options or len(head) <= 4 + len(frame.token) else Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Message | Gap]:
        """Take one datagram or some bytes of a stream."""
        if self.transport == "udp":
            number = self._count[side]
            self._count[side] += 1
            frame = _datagram(data, number)
            if frame is None:
                yield Gap(kind="malformed", why="a datagram is no CoAP")
            else:
                yield from self._told(side, frame)
            return
        kept = self._kept[side]
        if self._lost[side]:
            return
        kept += data
        at = 0
        while (size := _stream_size(kept[at : at + 6])) is not None:
            token_length = kept[at] & 15
            end = at + size[1] + 1 + token_length + size[0]
            if token_length > 8 or end - at > _LARGEST:
                self._lost[side] = True
                yield Gap(kind="malformed", why="no CoAP message begins here", offset=self._offset[side] + at)
                at = len(kept)
                break
            if end > len(kept):
                break
            yield from self._told(side, _stream_frame(bytes(kept[at:end]), size[1], self._offset[side] + at))
            at = end
        del kept[:at]
        self._offset[side] += at

    def miss(self, side: int, length: int) -> Iterator[Message | Gap]:  # noqa: ARG002
        """Behind a hole in a stream no message begins that could be known."""
        if self.transport != "udp" and not self._lost[side]:
            yield from self.finish(side)
            self._lost[side] = True
            why = "CoAP messages cannot be told apart behind a hole"
            yield Gap(kind="missing-segment", why=why, offset=self._offset[side])

    def finish(self, side: int) -> Iterator[Message | Gap]:
        """End one side: half a message or an unfinished transfer of blocks is told."""
        kept = self._kept[side]
        if kept:
            yield Gap(
                kind="malformed", why="the stream ends inside a CoAP message", offset=self._offset[side]
            )
            self._offset[side] += len(kept)
            kept.clear()
        open_ = [key for key in self._blocks if key[0] == side]
        if open_:
            yield Gap(
                kind="malformed", why="a CoAP transfer in blocks is not all in the capture", count=len(open_)
            )
        for key in open_:
            del self._blocks[key]

    def _told(self, side: int, frame: _Frame) -> Iterator[Message | Gap]:
        """Make the message of one frame."""
        content = read_content(frame.data, frame.at)
        if not content.whole:
            yield Gap(kind="malformed", why="options of a CoAP message do not fit", offset=frame.base)
        kind = "empty" if frame.code == 0 else {0: "request", 7: "signal"}.get(frame.code >> 5, "response")
        host = _first(frame.data, content, URI_HOST)[:255].decode("ascii", "backslashreplace").lower()
        number = int.from_bytes(_first(frame.data, content, CONTENT_FORMAT)[:2], "big")
        declared = any(option.number == CONTENT_FORMAT for option in content.options)
        facts = [("type", frame.kind)] if frame.kind else []
        if kind == "request":
            if len(self._asked) < _MOST_ASKED or frame.token in self._asked:
                self._asked[frame.token] = _field(frame.data, content)
            facts.append(("method", METHODS.get(frame.code, f"0.{frame.code:02d}")))
        parts = [_option_part(frame, option) for option in content.options if option.end > option.start]
        parts += self._payload(side, frame, content, hints=HINTS.get(number, ()) if declared else ())
        if frame.token:
            start = frame.base + frame.at - len(frame.token)
            parts.append(Part(path="token", field="token", start=start, end=start + len(frame.token)))
        yield Message(
            protocol="coap",
            kind=kind,
            side=side,
            start=frame.base,
            end=frame.base + len(frame.data),
            datagram=frame.datagram,
            complete=content.whole,
            host=host,
            host_source="http-host" if host else "",  # Uri-Host is what Host is in HTTP (RFC 7252 6.4)
            status=(frame.code >> 5) * 100 + (frame.code & 31) if kind == "response" else None,
            content_type=FORMATS.get(number, "") if declared else "",
            facts=tuple(facts),
            parts=tuple(parts),
        )

    def _payload(
        self, side: int, frame: _Frame, content: Content, *, hints: tuple[str, ...]
    ) -> Iterator[Part]:
        """Give the payload; the last block of a transfer gives the whole of it."""
        start, end = content.payload
        if end <= start:
            return
        number = BLOCK2 if frame.code >> 5 else BLOCK1
        block = next((option for option in content.options if option.number == number), None)
        joined = (
            None
            if block is None
            else self._join(
                (side, number, frame.token), frame.data[start:end], frame.data[block.start : block.end]
            )
        )
        yield Part(
            path="payload",
            field=self._field(frame, content),
            start=frame.base + start,
            end=frame.base + end,
            hints=hints,
            data=joined,
            exact=joined is None,
        )

    def _field(self, frame: _Frame, content: Content) -> str:
        """Name a payload after its path; that of an answer after what was asked for."""
        if frame.code >> 5 == 0:
            return _field(frame.data, content)
        return self._asked.get(frame.token, "")

    def _join(self, key: tuple[int, int, bytes], piece: bytes, block: bytes) -> bytes | None:
        """Put a block behind those before it; gives the whole at the last (RFC 7959 section 2.2)."""
        value = int.from_bytes(block, "big")
        place = (value >> 4) << ((value & 7) + 4)
        if place == 0:
            self._blocks.pop(key, None)
            if value & 8 and len(self._blocks) < _MOST_TRANSFERS:
                self._blocks[key] = bytearray(piece)
            return None
        held = self._blocks.get(key)
        if held is None or place > len(held) or place + len(piece) > _LARGEST:
            self._blocks.pop(key, None)
            return None
        held[place:] = piece
        if value & 8:
            return None
        return bytes(self._blocks.pop(key))


def _datagram(data: bytes, number: int | None) -> _Frame | None:
    """Read the header of a datagram (RFC 7252 section 3); None where it is none."""
    if len(data) < 4 or data[0] >> 6 != 1 or data[0] & 15 > 8 or 4 + (data[0] & 15) > len(data):
        return None
    at = 4 + (data[0] & 15)
    if data[1] == 0 and len(data) > 4:
        return None
    return _Frame(data, 0, data[1], data[4:at], at, _TYPES[(data[0] >> 4) & 3], number)


def _stream_size(head: bytes | bytearray) -> tuple[int, int] | None:
    """Read length of options and payload, and where the code stands (RFC 8323 section 3.2)."""
    if not head:
        return None
    nibble = head[0] >> 4
    size = {13: 1, 14: 2, 15: 4}.get(nibble, 0)
    if len(head) < 1 + size:
        return None
    extra = {13: 13, 14: 269, 15: 65805}.get(nibble, nibble)
    return int.from_bytes(head[1 : 1 + size], "big") + extra, 1 + size


def _stream_frame(data: bytes, code_at: int, base: int) -> _Frame:
    """Make the frame of one whole message of a stream."""
    at = code_at + 1 + (data[0] & 15)
    return _Frame(data, base, data[code_at], data[code_at + 1 : at], at, "", None)


def _text(data: bytes, option: Option) -> bool:
    """Say whether an option that is text is so, and others are not longer than allowed (section 5.10)."""
    value = data[option.start : option.end]
    if option.number in {URI_HOST, URI_PATH, URI_QUERY}:
        return len(value) <= 255 and value.isascii() and value.decode("ascii").isprintable()
    return len(value) <= 1034


def _first(data: bytes, content: Content, number: int) -> bytes:
    """Give the value of the first option of a number, empty without."""
    for option in content.options:
        if option.number == number:
            return data[option.start : option.end]
    return b""


def _option_part(frame: _Frame, option: Option) -> Part:
    """Make the part of an option; a query «k=v» gives its value under the name k."""
    name = OPTIONS.get(option.number, str(option.number))
    start, field = option.start, name
    if option.number == URI_QUERY:
        key, equals, _ = frame.data[option.start : option.end].partition(b"=")
        if equals:
            start += len(key) + 1
            field = key[:255].decode("utf-8", "replace")
    return Part(path=f"option:{name}", field=field, start=frame.base + start, end=frame.base + option.end)


def _field(data: bytes, content: Content) -> str:
    """Name a payload after the resource that its path stands for in LwM2M, else after its last word."""
    paths = [option for option in content.options if option.number == URI_PATH]
    words = [data[path.start : path.end][:255].decode("utf-8", "replace") for path in paths]
    return name_of("/".join(words)) or words[-1] if words else ""


decoder = Coap
