"""xz, and the older LZMA format of one stream without check sum.

summary: compressed bytes in xz or LZMA format
specification: The .xz File Format 1.2.1; the .lzma format (LZMA SDK, lzma-specification.txt)
"""

from __future__ import annotations

import lzma
import re
from typing import TYPE_CHECKING

from vitne.encodings._inflating import allowance
from vitne.encodings._streams import Streams, unpack
from vitne.model import Child

if TYPE_CHECKING:
    from vitne.encodings import Family
    from vitne.model import Limits

# xz: magic and stream flags; LZMA: lc=3 lp=0 pb=2, a dictionary of 2^n or 2^n + 2^(n-1) bytes, size or -1
_MAGIC = re.compile(
    rb"\xfd7zXZ\x00\x00[\x00\x01\x04\x0a]"
    rb"|\x5d\x00\x00[\x00\x01\x02\x04\x08\x10\x20\x30\x40\x60\x80\xc0][\x00-\x04](?:\xff{8}|.{4}\x00{4})",
    re.DOTALL,
)
_MEMORY = 80 << 20  # most bytes a decoder may ask for: presets up to 9 take 65 MiB


class Xz(Streams):
    """A stream at any offset."""

    name = "xz"
    summary = "compressed bytes in xz or LZMA format"
    specification = "The .xz File Format 1.2.1; lzma-specification.txt"
    family: Family = "binary"
    order = 34
    marks = (b"\xfd7zXZ\x00", b"\x5d\x00\x00")
    magic = _MAGIC
    missing = "neither an xz nor an LZMA stream"

    def read(self, data: bytes, start: int, limits: Limits) -> Child | None:
        """Read the stream at a position; None where nothing comes out."""
        most = allowance(len(data) - start, limits)
        one = unpack(data, start, most, make=_decompressor, errors=(lzma.LZMAError, EOFError, MemoryError))
        alone = data[start] == 0x5D
        size = int.from_bytes(data[start + 5 : start + 13], "little") if alone else 0
        whole = one.whole or (alone and len(one.data) == size)
        if not one.data and not whole:
            return None
        params = (("format", "lzma"),) if alone else ()
        return Child(data=one.data, start=start, end=one.end, params=params, complete=whole)

    def wrap(self, child: Child) -> bytes:
        """Compress again in the same format; another preset gives other bytes for the same contents."""
        alone = ("format", "lzma") in child.params
        form = lzma.FORMAT_ALONE if alone else lzma.FORMAT_XZ
        return lzma.compress(child.data, format=form, preset=0)  # the quickest: any gives the same contents


def _decompressor() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_AUTO, memlimit=_MEMORY)


encoding = Xz()
