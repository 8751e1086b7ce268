"""gzip: deflate with a header and a check sum.

summary: compressed bytes with file header, one member or several
specification: RFC 1952
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

_MAGIC = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")  # ID1, ID2, CM = deflate, FLG with its reserved bits zero
_REACH = 64 << 10  # how far into the data a member is looked for
_TRIES = 16  # candidates that may fail before the search ends


class Gzip(WholeRange):
    """Members one behind the other are one child, as RFC 1952 section 2.2 has it."""

    name = "gzip"
    summary = "compressed bytes with file header, one member or several"
    specification = "RFC 1952"
    family: Family = "binary"
    order = 10

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield members that begin within the first 64 KiB."""
        position = failed = 0
        while failed < _TRIES and (match := _MAGIC.search(data, position, _REACH)):
            child = self._read(data, match.start(), limits)
            if child is None:
                failed += 1
                position = match.end()
            else:
                yield child
                position = child.end

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where they do not begin with a member."""
        if _MAGIC.match(data) is None:
            raise Malformed("no gzip header", at=0)
        child = self._read(data, 0, limits)
        if child is None:
            raise Malformed("a gzip header, and nothing that can be decompressed behind it", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Compress again; another compressor may have chosen other bytes for the same contents."""
        packer = zlib.compressobj(wbits=31)
        return packer.compress(child.data) + packer.flush()

    def _read(self, data: bytes, start: int, limits: Limits) -> Child | None:
        most = allowance(len(data) - start, limits)
        out: list[bytes] = []
        size, members, position, whole = 0, 0, start, True
        while whole and _MAGIC.match(data, position):
            if size >= most or members >= limits.children:
                whole = False
                break
            one = inflate(data, position, 31, most=most - size)
            if members and not one.data and not one.finished:
                whole = False
                break
            out.append(one.data)
            size += len(one.data)
            members += 1
            whole = one.finished
            position = one.end
        if not size and not whole:
            return None
        params = (("members", members),) if members > 1 else ()
        return Child(data=b"".join(out), start=start, end=position, params=params, complete=whole)


encoding = Gzip()
