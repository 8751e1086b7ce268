"""Messages of HTTP/2 and HTTP/3, put together from header fields and the bytes of a body.

RFC 9113 sections 8.1 to 8.3; RFC 9110.  Parts have the names that HTTP/1.x gives them, so that the same
request is told alike whichever version carried it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from vitne.decode.protocols.http_framing import boundary, hints
from vitne.decode.protocols.http_heads import Head
from vitne.model import Message, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BODY = 64 << 20  # bytes of one body that are kept
_HOST = re.compile(rb"(?:[^@]*@)?(\[[0-9a-fA-F:.%]+\]|[^/?#:@]+)")
_HINTS = {
    b"cookie": ("cookie",),
    b"authorization": ("authorization",),
    b"proxy-authorization": ("authorization",),
}
_TOLD = {b"content-type", b"content-encoding", b"host"}  # fields that say something about the whole message


class Placed(NamedTuple):
    """One header field with its place in the stream."""

    name: bytes
    value: bytes
    start: int  # half-open range: of the value where it stands there as it is, else of the field
    end: int
    exact: bool  # the value is just that slice


class Stretch:
    """Bytes of a body without a hole."""

    __slots__ = ("chunks", "end", "marks", "size", "start")

    def __init__(self, offset: int) -> None:
        self.start = self.end = offset  # stream range from the first byte to the last one
        self.chunks: list[bytes] = []
        self.marks: list[tuple[int, int]] = []  # position in the body, stream offset: where each run begins
        self.size = 0

    def add(self, offset: int, content: bytes) -> None:
        """Take more bytes, which stand at a stream offset."""
        if not self.marks or offset != self.end:
            self.marks.append((self.size, offset))
        self.chunks.append(content)
        self.size += len(content)
        self.end = offset + len(content)

    def part(self, announced: tuple[str, ...]) -> Part:
        """Make the part; one run is a slice of the stream, several carry their bytes."""
        if len(self.marks) == 1:
            return Part(path="body", start=self.start, end=self.end, hints=announced)
        data = b"".join(self.chunks)
        return Part(
            path="body",
            start=self.start,
            end=self.end,
            hints=announced,
            data=data,
            exact=False,
            pieces=tuple(self.marks),
        )


class Exchange:
    """One direction of one stream."""

    __slots__ = ("body", "end", "fields", "left", "size", "start", "torn", "trailers", "whole")

    def __init__(self, start: int) -> None:
        self.start = start  # stream offset of its first frame
        self.end = start  # behind its last frame
        self.fields: list[Placed] = []
        self.trailers: list[Placed] = []
        self.body: list[Stretch] = []
        self.size = 0  # bytes of the body that are kept
        self.left = 0  # bytes of the body that are not
        self.torn = True  # the next bytes of the body begin a stretch
        self.whole = True  # nothing is missing

    def data(self, offset: int, content: bytes) -> None:
        """Take bytes of the body."""
        self.end = offset + len(content)
        if self.size + len(content) > MOST_BODY:
            self.left += len(content)
            self.whole, self.torn = False, True
            return
        self.size += len(content)
        if self.torn:
            self.body.append(Stretch(offset))
            self.torn = False
        self.body[-1].add(offset, content)

    def hole(self, end: int) -> None:
        """Take note that bytes of the body are missing up to a stream offset."""
        self.end = end
        self.whole, self.torn = False, True


def build(exchange: Exchange, *, side: int, answers: int | None, version: str) -> Message:
    """Make the message of one direction of a stream."""
    head = Head(exchange.start)
    parts: list[Part] = []
    facts: list[tuple[str, str]] = []
    for field in exchange.fields:
        if field.name[:1] == b":":
            _pseudo(head, field, parts, facts)
        else:
            parts.append(_part(field))
            if field.name in _TOLD:
                _take(head, field)
    announced = hints(head, chunked=False)
    for number, stretch in enumerate(exchange.body):
        parts.append(stretch.part(announced if number == 0 else ()))
    parts += [_part(field) for field in exchange.trailers]
    if exchange.body and "multipart" in announced:
        facts.append(("boundary", boundary(head)))
    return Message(
        protocol="http",
        kind="request" if head.status is None else "response",
        side=side,
        start=exchange.start,
        end=exchange.end,
        complete=exchange.whole,
        host=head.host,
        host_source="http-host" if head.host else "",
        status=head.status,
        answers=answers,
        content_type=head.content_type,
        facts=(*facts, ("http-version", version)),
        parts=tuple(parts),
    )


_names: dict[bytes, tuple[str, str, tuple[str, ...]]] = {}  # the same few come again and again


def _part(field: Placed) -> Part:
    name, value, start, end, exact = field
    known = _names.get(name)
    if known is None:
        text = name.decode("latin-1")
        known = (f"header:{text}", text, _HINTS.get(name, ()))
        if len(_names) < 4096 and len(name) < 128:
            _names[name] = known
    data = None if exact else value
    return Part(path=known[0], start=start, end=end, field=known[1], hints=known[2], data=data, exact=exact)


def _pseudo(head: Head, field: Placed, parts: list[Part], facts: list[tuple[str, str]]) -> None:
    """Read a field that stands for the start line (RFC 9113 section 8.3)."""
    name, value = field.name, field.value
    if name == b":path":
        parts.extend(_target(field))
    elif name == b":authority":
        parts.append(_part(field))
        _take_host(head, value)
    elif name == b":method":
        facts.append(("method", value[:32].decode("latin-1")))
    elif name == b":status" and len(value) == 3 and value.isdigit():
        head.status = int(value)
    elif name == b":protocol":
        facts.append(("upgrade", value[:64].decode("latin-1").lower()))


def _target(field: Placed) -> Sequence[Part]:
    """Split the request target into path and query."""
    path, mark, query = field.value.partition(b"?")
    if field.exact:
        cut = field.start + len(path)
        first = Part(path="path", start=field.start, end=cut)
        second = Part(path="query", start=cut + 1, end=field.end, hints=("form",))
    else:
        start, end = field.start, field.end
        first = Part(path="path", start=start, end=end, data=path, exact=False)
        second = Part(path="query", start=start, end=end, hints=("form",), data=query, exact=False)
    return (first, second) if mark else (first,)


def _take(head: Head, field: Placed) -> None:
    """Take what a field says about the whole message."""
    name, value = field.name, field.value
    if name == b"content-type":
        head.media = value
        head.content_type = value.split(b";", 1)[0].strip().lower().decode("latin-1")
    elif name == b"content-encoding":
        words = (word.strip().lower() for word in value.split(b",")[:64])
        head.codings += [word.decode("latin-1") for word in words if word]
    elif name == b"host" and not head.host:
        _take_host(head, value)


def _take_host(head: Head, value: bytes) -> None:
    match = _HOST.match(value)
    if match is not None:
        head.host = match[1].decode("latin-1").lower()
