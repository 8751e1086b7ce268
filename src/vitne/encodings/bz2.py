"""bzip2.

summary: compressed bytes in bzip2 streams
specification: bzip2 file format (the reference program bzip2 1.0.8; J. Tsai's format notes)
"""

from __future__ import annotations

import bz2
import re
from typing import TYPE_CHECKING

from vitne.encodings._inflating import allowance
from vitne.encodings._streams import unpack
from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

# "BZh", the size of the blocks, then the mark of a block or of the end of an empty stream
_MAGIC = re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)")
_REACH = 64 << 10  # how far into the data a stream is looked for
_TRIES = 16  # candidates that may fail before the search ends


class Bz2(WholeRange):
    """A stream at any offset."""

    name = "bz2"
    summary = "compressed bytes in bzip2 streams"
    specification = "bzip2 file format"
    family: Family = "binary"
    order = 35

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield streams that begin within the first 64 KiB."""
        position = failed = 0
        while failed < _TRIES and (match := _MAGIC.search(data, position, _REACH)):
            child = _read(data, match.start(), limits)
            if child is None:
                failed += 1
                position = match.end()
            else:
                yield child
                position = child.end

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where no stream begins them."""
        child = _read(data, 0, limits) if _MAGIC.match(data) else None
        if child is None:
            raise Malformed("no bzip2 stream", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Compress again; another size of blocks gives other bytes for the same contents."""
        return bz2.compress(child.data)


def _read(data: bytes, start: int, limits: Limits) -> Child | None:
    most = allowance(len(data) - start, limits)
    one = unpack(data, start, most, make=bz2.BZ2Decompressor, errors=(OSError, ValueError))
    if not one.data and not one.whole:
        return None
    return Child(data=one.data, start=start, end=one.end, complete=one.whole)


encoding = Bz2()
