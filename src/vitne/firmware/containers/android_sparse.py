"""Android sparse images: a block device without its empty blocks.

summary: block device without its empty blocks, as fastboot takes it
specification: AOSP system/core/libsparse/sparse_format.h, version 1.0
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from vitne.firmware.containers import Lost, Member
from vitne.firmware.source import Piece, Pieces
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget
    from vitne.firmware.source import Source

_MAGIC = b"\x3a\xff\x26\xed"
_RAW, _FILL, _SKIP, _CHECK = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
_MOST_CHUNKS = 1 << 20
_MOST_SIZE = 1 << 46


class AndroidSparse:
    """Chunks of raw blocks, of one repeated word, and of nothing."""

    name = "android-sparse"
    summary = "block device without its empty blocks, as fastboot takes it"
    specification = "AOSP system/core/libsparse/sparse_format.h, version 1.0"

    def fits(self, head: bytes) -> bool:
        """Know it by its magic number."""
        return head.startswith(_MAGIC)

    def members(self, source: Source, budget: Budget) -> Iterator[Member | Lost]:
        """Give the one image; of one that is cut off, what is there."""
        head = source.read(0, 28)
        if len(head) < 28:
            raise Malformed("a sparse image ends inside its header", at=len(head))
        _, major, _, header, chunk_header, block, blocks, count, _ = struct.unpack("<IHHHHIIII", head)
        if major != 1 or header < 28 or chunk_header < 12 or not block or block % 4:
            raise Malformed("a sparse image's header makes no sense", at=4)
        if count > _MOST_CHUNKS or block * blocks > _MOST_SIZE:
            raise Malformed(f"a sparse image of {count} chunks and {blocks} blocks is more than is read")
        budget.meeting(count // 16)
        pieces, lost = _pieces(source, (header, chunk_header, block), count)
        yield Member("", Pieces(pieces, block * blocks))
        if lost:
            yield Lost("", "malformed", lost)


def _pieces(source: Source, sizes: tuple[int, int, int], count: int) -> tuple[list[Piece], str]:
    """Give the pieces of all chunks, and what is wrong behind the last one that could be read."""
    at, chunk_header, block = sizes
    pieces: list[Piece] = []
    logical = 0
    for number in range(count):
        head = source.read(at, 12)
        if len(head) < 12:
            return pieces, f"the sparse image ends before chunk {number} of {count}"
        kind, _, length, total = struct.unpack("<HHII", head)
        size, data = length * block, at + chunk_header
        held = {_RAW: size, _FILL: 4, _SKIP: 0, _CHECK: 4}.get(kind)
        if held is None or total != chunk_header + held:
            return pieces, f"chunk {number} of the sparse image makes no sense (at byte {at})"
        if kind == _RAW:
            pieces.append(Piece(logical, size, source, data))
        elif kind == _FILL:
            pieces.append(Piece(logical, size, fill=source.read(data, 4) or b"\0"))
        logical += 0 if kind == _CHECK else size
        at += total
        if at > source.size:
            return pieces, f"the sparse image ends inside chunk {number} of {count}"
    return pieces, ""


container = AndroidSparse()
