"""Protocol Buffers without their schema, bare or in gRPC frames.

summary: numbered fields; children by numbers, like 1.2.3
specification: Protocol Buffers encoding (protobuf.dev/programming-guides/encoding); gRPC over HTTP/2

Length-delimited fields are children, messages among them are opened to their fields; varints are children in
decimal where they are written in the shortest way.  Cutting between two fields cannot be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._looks import packed, readable
from vitne.encodings._proto_fields import (
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    Field,
    carries,
    fields,
    plausible,
    sound,
)
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_DEEPEST = 32  # messages one inside the other
_STEPS_PER_LEAF = 4  # fields looked at for each child that may be given
_FRAME = 5  # bytes before a gRPC message: a flag, then the length


class Protobuf:
    """Texts and bytes are slices of the message, numbers are written out."""

    name = "protobuf"
    summary = "numbered fields; children by numbers, like 1.2.3"
    specification = "Protocol Buffers encoding, protobuf.dev/programming-guides/encoding"
    family: Family = "binary"
    order = 50
    begins = frozenset({0, *(byte for byte in range(8, 256) if byte & 7 in {0, 1, 2, 5})})
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the fields of data that are one message to the last byte and hold what chance does not."""
        start = _framed(data)
        message = data[start:] if start else data
        if plausible(message) or carries(message):
            yield from self._fields(message, start, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the fields of the whole data.  Raises Malformed where not even one field is in them."""
        start = _framed(data)
        if not data:
            return
        found, end = fields(data[start:], 1)
        if not found:
            raise Malformed("no field begins here", at=start)
        if (packed(data) or readable(data)) and fields(data, limits.children)[1] < len(data):
            raise Malformed("another format, or a text", at=end)  # the sender's announcement is wrong
        yield from self._fields(data[start:], start, limits)

    def wrap(self, child: Child) -> bytes:
        """Write the value again: the bytes of a text, the bits of a number."""
        wire = dict(child.params).get("wire")
        if wire is None:
            return child.data
        number = int(child.data)
        if wire != VARINT:
            return number.to_bytes(4 if wire == FIXED32 else 8, "little")
        out = bytearray()
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
        return bytes(out)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of a text stand; of a number, all its bytes."""
        del data
        if child.params:
            return child.start, child.end
        return child.start + start, child.start + end

    def _fields(self, data: bytes, base: int, limits: Limits) -> Iterator[Child]:
        """Yield leaves in the order of their bytes, messages opened; no recursion."""
        count = steps = 0
        found, _ = fields(data, limits.children)
        stack: list[tuple[Iterator[Field], int, str, int]] = [(iter(found), 0, "", 0)]
        while stack:
            level, offset, prefix, depth = stack[-1]
            one = next(level, None)
            if one is None:
                stack.pop()
                continue
            steps += 1
            if count >= limits.children or steps > _STEPS_PER_LEAF * limits.children:
                return
            start, end = one.start + offset, one.end + offset
            path = f"{prefix}{one.number}"
            value = data[start:end]
            if one.wire == LENGTH and depth < _DEEPEST and not readable(value) and sound(value):
                inner, _ = fields(value, limits.children - count)
                stack.append((iter(inner), start, path + ".", depth + 1))
                continue
            child = _leaf(one, value, start + base, path)
            if child is not None:
                count += 1
                yield child


def _leaf(one: Field, value: bytes, start: int, path: str) -> Child | None:
    end = start + one.end - one.start
    if one.wire == LENGTH:
        return Child(data=value, start=start, end=end, path=path) if value else None
    if one.wire in {FIXED32, FIXED64}:
        number = int.from_bytes(value, "little")
    elif len(value) > 1 and value[-1] == 0:
        return None
    else:
        number = one.value
    return Child(data=str(number).encode(), start=start, end=end, path=path, params=(("wire", one.wire),))


def _framed(data: bytes) -> int:
    """Give the length of a gRPC frame head before the message; 0 without."""
    if len(data) > _FRAME and data[0] == 0 and int.from_bytes(data[1:_FRAME], "big") == len(data) - _FRAME:
        return _FRAME
    return 0


encoding = Protobuf()
