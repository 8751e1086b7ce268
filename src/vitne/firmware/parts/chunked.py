"""The chunks and string pools that binary XML and resource tables are made of.

specification: AOSP frameworks/base/libs/androidfw/include/androidfw/ResourceTypes.h
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from vitne.model import Malformed

STRING_POOL = 0x0001
_UTF8 = 1 << 8
_MOST_STRINGS = 1 << 20
_MOST_CHUNKS = 400_000
_LONGEST = 1 << 16


class Chunk(NamedTuple):
    """One chunk: its kind, and where header and body lie."""

    kind: int
    start: int
    header: int  # bytes of the header, the eight of every chunk included
    end: int


def chunks(data: bytes, start: int, end: int) -> list[Chunk]:
    """Give the chunks of a range, one behind the other, up to the first that makes no sense.

    After some hundred thousand, the next makes none.
    """
    found: list[Chunk] = []
    while start + 8 <= end and len(found) < _MOST_CHUNKS:
        kind, header, size = struct.unpack_from("<HHI", data, start)
        if header < 8 or size < header or start + size > end:
            break
        found.append(Chunk(kind, start, header, start + size))
        start += size
    return found


class StringPool:
    """The texts of a pool, read when they are asked for."""

    def __init__(self, data: bytes, chunk: Chunk) -> None:
        if chunk.kind != STRING_POOL or chunk.header < 28:
            raise Malformed("there is no string pool where one has to be", at=chunk.start)
        count, _, flags, strings, _ = struct.unpack_from("<IIIII", data, chunk.start + 8)
        first = chunk.start + chunk.header
        if count > _MOST_STRINGS or first + 4 * count > chunk.end:
            raise Malformed("a string pool tells of more texts than it could hold", at=chunk.start)
        self._data = data
        self._offsets = struct.unpack_from(f"<{count}I", data, first)
        self._base = chunk.start + strings
        self._end = chunk.end
        self._wide = not flags & _UTF8
        self._known: dict[int, str] = {}
        self._left = 4 * (chunk.end - chunk.start) + _LONGEST  # many numbers may lead to one long text

    def __len__(self) -> int:
        return len(self._offsets)

    def place(self, number: int) -> int:
        """Give where a text stands in the data, or -1."""
        return self._base + self._offsets[number] if 0 <= number < len(self._offsets) else -1

    def text(self, number: int) -> str:
        """Give a text; "" for a number that is none, or one that lies outside of the pool.

        Raises Malformed where the texts asked for are longer together than four pools.
        """
        if not 0 <= number < len(self._offsets):
            return ""
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._read(self._base + self._offsets[number])
            self._left -= len(known)
            if self._left < 0:
                raise Malformed("the texts of a pool lie on one another", at=self._base)
        return known

    def _read(self, at: int) -> str:
        data, end = self._data, self._end
        if at + 2 > end:
            return ""
        if self._wide:
            (length,) = struct.unpack_from("<H", data, at)
            at += 2
            if length & 0x8000 and at + 2 <= end:
                length = (length & 0x7FFF) << 16 | struct.unpack_from("<H", data, at)[0]
                at += 2
            stop = min(at + 2 * min(length, _LONGEST), end)
            return data[at:stop].decode("utf-16-le", "replace")
        at += 2 if data[at] & 0x80 else 1  # the length in UTF-16 units
        if at >= end:
            return ""
        length = data[at]
        at += 1
        if length & 0x80 and at < end:
            length = (length & 0x7F) << 8 | data[at]
            at += 1
        return data[at : min(at + length, end)].decode("utf-8", "replace")


def pool_of(data: bytes, within: list[Chunk]) -> StringPool:
    """Give the first string pool among some chunks; raises Malformed without one."""
    for chunk in within:
        if chunk.kind == STRING_POOL:
            return StringPool(data, chunk)
    raise Malformed("there is no string pool")
