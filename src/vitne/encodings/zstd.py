"""Zstandard frames.

summary: compressed bytes in Zstandard frames
specification: RFC 8878
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import zstandard

from vitne.encodings._inflating import STEP, allowance
from vitne.encodings._streams import Streams
from vitne.model import Child

if TYPE_CHECKING:
    from vitne.encodings import Family
    from vitne.model import Limits

_MAGIC = b"\x28\xb5\x2f\xfd"
_WINDOW = 8 << 20  # largest window taken; RFC 8878 section 3.1.1.1.2 recommends decoders to support 8 MB


class Zstd(Streams):
    """Frames one behind the other are one child, as section 3 has it."""

    name = "zstd"
    summary = "compressed bytes in Zstandard frames"
    specification = "RFC 8878"
    family: Family = "binary"
    order = 30
    marks = (_MAGIC,)
    magic = re.compile(re.escape(_MAGIC))
    missing = "no Zstandard frame"

    def wrap(self, child: Child) -> bytes:
        """Compress again; another compressor may have chosen other bytes for the same contents."""
        return zstandard.ZstdCompressor().compress(child.data)

    def read(self, data: bytes, start: int, limits: Limits) -> Child | None:
        """Read what begins at a position: one behind the other."""
        most = allowance(len(data) - start, limits)
        out: list[bytes] = []
        size, frames, position, whole = 0, 0, start, True
        while whole and data[position : position + 4] == _MAGIC and size < most and frames < limits.children:
            contents, end, whole = _frame(data, position, most - size)
            if frames and not contents and not whole:
                break
            out.append(contents)
            size += len(contents)
            frames += 1
            position = end
        if not size and not whole:
            return None
        whole = whole and data[position : position + 4] != _MAGIC
        return Child(data=b"".join(out), start=start, end=position, complete=whole)


def _frame(data: bytes, start: int, most: int) -> tuple[bytes, int, bool]:
    """Read one frame: contents, position behind it, whether it ended properly."""
    stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj(write_size=STEP)
    out: list[bytes] = []
    position, room, step = start, most, 512
    while position < len(data) and not stream.eof and room > 0:
        try:
            piece = stream.decompress(data[position : position + step])
        except zstandard.ZstdError:
            break
        out.append(piece)
        room -= len(piece)
        position = min(position + step, len(data)) - len(stream.unused_data)
    return b"".join(out)[:most], position, stream.eof and room >= 0


encoding = Zstd()
