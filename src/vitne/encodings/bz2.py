"""bzip2.

summary: compressed bytes in bzip2 streams
specification: bzip2 file format (the reference program bzip2 1.0.8; J. Tsai's format notes)
"""

from __future__ import annotations

import bz2
import re
from typing import TYPE_CHECKING

from vitne.encodings._inflating import allowance
from vitne.encodings._streams import Streams, unpack
from vitne.model import Child

if TYPE_CHECKING:
    from vitne.encodings import Family
    from vitne.model import Limits

# "BZh", the size of the blocks, then the mark of a block or of the end of an empty stream
_MAGIC = re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)")


class Bz2(Streams):
    """A stream at any offset."""

    name = "bz2"
    summary = "compressed bytes in bzip2 streams"
    specification = "bzip2 file format"
    family: Family = "binary"
    order = 35
    marks = (b"BZh",)
    magic = _MAGIC
    missing = "no bzip2 stream"

    def read(self, data: bytes, start: int, limits: Limits) -> Child | None:
        """Read the stream at a position; None where nothing comes out."""
        most = allowance(len(data) - start, limits)
        one = unpack(data, start, most, make=bz2.BZ2Decompressor, errors=(OSError, ValueError))
        if not one.data and not one.whole:
            return None
        return Child(data=one.data, start=start, end=one.end, complete=one.whole)

    def wrap(self, child: Child) -> bytes:
        """Compress again; another size of blocks gives other bytes for the same contents."""
        return bz2.compress(child.data)


encoding = Bz2()
