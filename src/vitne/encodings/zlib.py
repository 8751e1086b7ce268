"""zlib: deflate with two bytes before it and a check sum behind it.

summary: compressed bytes with a two-byte header
specification: RFC 1950
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from vitne.encodings._inflating import allowance, inflate
from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

# CM = 8, window up to 32 KiB, no preset dictionary; the pairs that are multiples of 31 (section 2.2)
_MAGIC = re.compile(
    rb"\x78[\x01\x5e\x9c\xda]|\x68[\x05\x43\x81\xde]|\x58[\x09\x47\x85\xc3]|\x48[\x0d\x4b\x89\xc7]"
)
_MARKS = tuple(
    head.to_bytes(2, "big")
    for first in (0x48, 0x58, 0x68, 0x78)
    for head in range(first << 8, (first + 1) << 8)
    if head % 31 == 0 and not head & 0x20
)
_REACH = 64 << 10  # how far into the data a stream is looked for
_TRIES = 16  # candidates that may fail before the search ends
_TRY = 64 << 10  # most wrapped bytes looked at to see whether a candidate is one


class Zlib(WholeRange):
    """A stream that ends with its check sum; cut off only where it begins the data."""

    name = "zlib"
    summary = "compressed bytes with a two-byte header"
    specification = "RFC 1950"
    family: Family = "binary"
    order = 20
    marks = _MARKS

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield streams that begin within the first 64 KiB."""
        position = failed = 0
        while failed < _TRIES and (match := _MAGIC.search(data, position, _REACH)):
            child = self._read(data, match.start(), limits)
            if child and (child.complete or (child.start == 0 and len(child.data) >= 16)):
                yield child
                position = child.end
            else:
                failed += 1
                position = match.start() + 1

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where they do not begin with a stream."""
        child = self._read(data, 0, limits) if _MAGIC.match(data) else None
        if child is None:
            raise Malformed("no zlib stream", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Compress again; another compressor may have chosen other bytes for the same contents."""
        return zlib.compress(child.data)

    def _read(self, data: bytes, start: int, limits: Limits) -> Child | None:
        if start and inflate(data[start : start + _TRY], 0, 15, most=4096).why:
            return None
        one = inflate(data, start, 15, most=allowance(len(data) - start, limits))
        if not one.data and not one.finished:
            return None
        return Child(data=one.data, start=start, end=one.end, complete=one.finished)


encoding = Zlib()
