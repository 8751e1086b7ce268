"""gzip: deflate with a header and a check sum.

summary: compressed bytes with file header, one member or several
specification: RFC 1952
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from vitne.encodings._inflating import allowance, inflate
from vitne.encodings._streams import Streams
from vitne.model import Child

if TYPE_CHECKING:
    from vitne.encodings import Family
    from vitne.model import Limits

_MAGIC = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")  # ID1, ID2, CM = deflate, FLG with its reserved bits zero


class Gzip(Streams):
    """Members one behind the other are one child, as RFC 1952 section 2.2 has it."""

    name = "gzip"
    summary = "compressed bytes with file header, one member or several"
    specification = "RFC 1952"
    family: Family = "binary"
    order = 10
    marks = (b"\x1f\x8b\x08",)
    magic = _MAGIC
    missing = "no gzip header, or nothing behind it that can be decompressed"

    def wrap(self, child: Child) -> bytes:
        """Compress again; another compressor may have chosen other bytes for the same contents."""
        packer = zlib.compressobj(wbits=31)
        return packer.compress(child.data) + packer.flush()

    def read(self, data: bytes, start: int, limits: Limits) -> Child | None:
        """Read what begins at a position: one behind the other."""
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
