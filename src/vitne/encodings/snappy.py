"""Snappy: raw blocks with their size before them, and framed streams.

summary: compressed bytes, Snappy raw or framed
specification: Snappy compressed format description; Snappy framing format description
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._copying import copy
from vitne.encodings._inflating import allowance
from vitne.encodings._proto_fields import varint, written_varint
from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_MAGIC = b"\xff\x06\x00\x00sNaPpY"
_REACH = 64 << 10  # how far into the data a stream is looked for
_SHORTEST = 8  # bytes of a bare block


class Snappy(WholeRange):
    """Streams at any offset; a bare block only as the whole data, of which the size before it is right."""

    name = "snappy"
    summary = "compressed bytes, Snappy raw or framed"
    specification = "Snappy compressed format description; Snappy framing format description"
    family: Family = "binary"
    order = 33

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the framed stream that begins within the first 64 KiB, else the data as one block."""
        at = data.find(_MAGIC, 0, _REACH)
        child = _stream(data, at, limits) if at >= 0 else _whole_block(data, limits)
        if child is not None and (at >= 0 or child.complete):
            yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where nothing can be read."""
        child = _stream(data, 0, limits) if data.startswith(_MAGIC) else _whole_block(data, limits)
        if child is None:
            raise Malformed("neither a Snappy stream nor a block", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write stored chunks, or one block of literals: the same contents for any reader."""
        if ("format", "block") in child.params:
            return written_varint(len(child.data)) + _literals(child.data)
        chunks = [child.data[at : at + 65536] for at in range(0, len(child.data), 65536)]
        stored = (b"\x01" + (len(chunk) + 4).to_bytes(3, "little") + bytes(4) + chunk for chunk in chunks)
        return _MAGIC + b"".join(stored)


def _literals(data: bytes) -> bytes:
    pieces = (data[at : at + 65536] for at in range(0, len(data), 65536))
    return b"".join(b"\xf4" + (len(piece) - 1).to_bytes(2, "little") + piece for piece in pieces)


def _whole_block(data: bytes, limits: Limits) -> Child | None:
    """Read a size, then literals and copies until it is reached; both have to end together."""
    read = varint(data, 0)
    if read is None or len(data) < _SHORTEST or not 0 < read[0] <= 1 << 32:
        return None
    size, position = read
    first = data[position]
    if size * 2 + 16 < len(data) or first & 3 or (first < 0xF0 and first >> 2 >= size):
        return None  # a block begins with a literal, for there is nothing to copy
    out = bytearray()
    end = _block(data, position, len(data), out=out, most=min(size, allowance(len(data), limits)))
    if len(out) < min(size, _SHORTEST):
        return None
    whole = end == len(data) and len(out) == size
    return Child(data=bytes(out), start=0, end=end, params=(("format", "block"),), complete=whole)


def _block(data: bytes, position: int, stop: int, *, out: bytearray, most: int) -> int:
    """Append the elements of a block: the position behind it, or of the first element that does not fit."""
    while position < stop:
        begin, tag = position, data[position]
        kind = tag & 3
        position += 1
        if kind == 0:
            length = (tag >> 2) + 1
            if length > 60:
                wide = length - 60
                length = int.from_bytes(data[position : position + wide], "little") + 1
                position += wide
            if position + length > stop or len(out) + length > most:
                return begin
            out += data[position : position + length]
            position += length
            continue
        if kind == 1:
            length = (tag >> 2 & 7) + 4
            offset = (tag >> 5) << 8 | int.from_bytes(data[position : position + 1], "little")
            position += 1
        else:
            length, wide = (tag >> 2) + 1, 2 if kind == 2 else 4
            offset = int.from_bytes(data[position : position + wide], "little")
            position += wide
        if position > stop or len(out) + length > most or not copy(out, offset, length):
            return begin
    return position


def _stream(data: bytes, start: int, limits: Limits) -> Child | None:
    """Read chunks (section 4): 00 compressed, 01 stored, 80 to FE skipped, FF the mark again."""
    most = allowance(len(data) - start, limits)
    position, out, whole = start, bytearray(), True
    while position + 4 <= len(data) and len(out) < most:
        kind, size = data[position], int.from_bytes(data[position + 1 : position + 4], "little")
        if 2 <= kind < 0x80 or (kind == 0xFF and not data.startswith(_MAGIC, position)):
            break
        stop = position + 4 + size
        if stop > len(data):
            whole = False
            break
        if kind < 2 and not _chunk(data, position + 4, stop, out=out, most=most):
            whole = False
            break
        position = stop
    whole = whole and len(out) < most and (position + 4 <= len(data) or position == len(data))
    if position == start or (not out and position - start <= len(_MAGIC)):
        return None
    return Child(data=bytes(out), start=start, end=position, complete=whole)


def _chunk(data: bytes, position: int, stop: int, *, out: bytearray, most: int) -> bool:
    """Append the contents of a chunk behind its check sum."""
    position += 4
    if data[position - 8] == 1:
        out += data[position : min(stop, position + most - len(out))]
        return True
    read = varint(data, position)
    if read is None or read[0] > 65536:
        return False
    inner = bytearray()
    end = _block(data, read[1], stop, out=inner, most=min(read[0], most - len(out)))
    out += inner
    return end == stop and len(inner) == read[0]


encoding = Snappy()
