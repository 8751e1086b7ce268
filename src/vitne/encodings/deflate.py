"""deflate: without a header, or with that of zlib as HTTP means it.

summary: compressed bytes without a header
specification: RFC 1951; RFC 9110 section 8.4.1.2 (HTTP means the zlib format)
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from vitne.encodings._inflating import allowance, inflate
from vitne.encodings._looks import high_share, packed, readable
from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_PROBE = 64  # bytes in which most data show that they are something else
_ZLIB = re.compile(rb"[\x08-\x78][\x00-\xff]", re.DOTALL)


class Deflate(WholeRange):
    """Found only as the whole data: the stream has to end properly where the data end."""

    name = "deflate"
    summary = "compressed bytes without a header"
    specification = "RFC 1951; RFC 9110 section 8.4.1.2"
    family: Family = "binary"
    order = 70
    begins = frozenset({0, 1, *(byte for byte in range(256) if byte & 0x06 in {2, 4})})

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the whole data where they are one stream that ends with them and gives half their bytes."""
        if len(data) < 12 or data[0] & 0x06 == 0x06 or (data[0] & 0x06 == 0 and not _stored(data)):
            return
        try:
            zlib.decompressobj(-15).decompress(data[:_PROBE], 1024)
        except zlib.error:
            return
        most = allowance(len(data), limits)
        one = inflate(data, 0, -15, most=most)
        if not one.finished and not one.why and len(one.data) >= most:  # more comes out than may
            yield Child(data=one.data, start=0, end=one.end, complete=False)
            return
        if not one.finished or one.end != len(data) or len(one.data) * 2 < len(data):
            return
        if high_share(data) > 0.1 or (len(one.data) >= 8 and readable(one.data)) or packed(one.data):
            yield Child(data=one.data, start=0, end=one.end)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data, with or without the header of zlib.  Raises Malformed."""
        most = allowance(len(data), limits)
        if _ZLIB.match(data) and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0:
            one = inflate(data, 0, 15, most=most)
            if one.finished or one.data:
                params = (("wrapper", "zlib"),)
                yield Child(data=one.data, start=0, end=one.end, params=params, complete=one.finished)
                return
        one = inflate(data, 0, -15, most=most)
        if one.why and not one.finished and len(one.data) * 2 < len(data) + 2:
            raise Malformed("no deflate stream", at=one.end)
        if not one.data and not one.finished:
            raise Malformed("no deflate stream", at=0)
        yield Child(data=one.data, start=0, end=one.end, complete=one.finished)

    def wrap(self, child: Child) -> bytes:
        """Compress again; another compressor may have chosen other bytes for the same contents."""
        packer = zlib.compressobj(wbits=15 if child.params else -15)
        return packer.compress(child.data) + packer.flush()


def _stored(data: bytes) -> bool:
    """Say whether a block that is not compressed begins the data: its length stands there twice (3.2.4)."""
    return data[0] < 2 and int.from_bytes(data[1:3], "little") ^ int.from_bytes(data[3:5], "little") == 0xFFFF


encoding = Deflate()
