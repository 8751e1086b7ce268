"""Super images: the logical partitions of a phone in one.

summary: logical partitions of a phone in one image (super.img)
specification: AOSP system/core/fs_mgr/liblp/include/liblp/metadata_format.h, major version 10
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, NamedTuple

from vitne.firmware.containers import Lost, Member
from vitne.firmware.source import Piece, Pieces
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget
    from vitne.firmware.source import Source

_GEOMETRY_AT = (4096, 8192)
_GEOMETRY, _HEADER = b"gDla", b"0PLA"
_SECTOR = 512
_MOST_METADATA = 1 << 20
_MOST_SIZE = 1 << 46


class _Table(NamedTuple):
    """A table of the metadata."""

    rows: bytes
    rows_told: int
    width: int


class SuperPartitions:
    """Partitions made of extents, after a geometry and one metadata block per slot."""

    name = "super"
    summary = "logical partitions of a phone in one image (super.img)"
    specification = "AOSP liblp/metadata_format.h, major version 10"

    def fits(self, head: bytes) -> bool:
        """Know it by the magic number of its geometry, or of the copy behind."""
        return any(head[at : at + 4] == _GEOMETRY for at in _GEOMETRY_AT)

    def members(self, source: Source, budget: Budget) -> Iterator[Member | Lost]:
        """Give every partition of the first metadata that holds its digest."""
        partitions, extents = _tables(source)
        for number in range(partitions.rows_told):
            budget.meeting()
            row = partitions.rows[number * partitions.width :][:52]
            raw, _, first, count, _ = struct.unpack("<36sIIII", row)
            name = raw.partition(b"\0")[0].decode("ascii", "replace")
            if not count:
                continue
            if first + count > extents.rows_told:
                yield Lost(name, "malformed", "the partition names extents that are not there")
                continue
            budget.meeting(count)
            yield _partition(source, name, extents, range(first, first + count))


def _partition(source: Source, name: str, extents: _Table, numbers: range) -> Member | Lost:
    pieces: list[Piece] = []
    size = 0
    for number in numbers:
        row = extents.rows[number * extents.width :][:24]
        sectors, kind, start, device = struct.unpack("<QIQI", row)
        length = sectors * _SECTOR
        if kind == 0 and device == 0:
            pieces.append(Piece(size, length, source, start * _SECTOR))
        elif kind == 0:
            return Lost(name, "unsupported", "the partition lies on another device, whose image is not given")
        elif kind != 1:
            return Lost(name, "unsupported", f"extents of kind {kind} are not read")
        size += length
        if size > _MOST_SIZE:
            return Lost(name, "malformed", "the partition is larger than any phone")
    at = pieces[0].offset if len(numbers) == 1 and pieces else None
    return Member(name, Pieces(pieces, size), at)


def _tables(source: Source) -> tuple[_Table, _Table]:
    """Find a geometry and a metadata block whose digests hold; raises Malformed without one."""
    for at in _GEOMETRY_AT:
        geometry = source.read(at, 4096)
        if geometry[:4] != _GEOMETRY or len(geometry) < 52:
            continue
        size, most, slots = struct.unpack_from("<I32xII", geometry, 4)
        blank = geometry[:8] + bytes(32) + geometry[40:size]
        if not (52 <= size <= 4096 and 0 < most <= _MOST_METADATA and 0 < slots <= 16):
            continue
        if hashlib.sha256(blank).digest() != geometry[8:40]:
            continue
        first = 4096 + 2 * 4096
        for copy in range(2 * slots):
            found = _metadata(source.read(first + copy * most, most))
            if found is not None:
                return found
    raise Malformed("neither copy of the partition table holds its digest", at=4096)


def _metadata(block: bytes) -> tuple[_Table, _Table] | None:
    if len(block) < 128 or block[:4] != _HEADER:
        return None
    major, _, size = struct.unpack_from("<HHI", block, 4)
    (tables,) = struct.unpack_from("<I", block, 44)
    if major != 10 or not 128 <= size <= 4096 or size + tables > len(block):
        return None
    if hashlib.sha256(block[:12] + bytes(32) + block[44:size]).digest() != block[12:44]:
        return None
    body = block[size : size + tables]
    if hashlib.sha256(body).digest() != block[48:80]:
        return None
    partitions = _table(body, struct.unpack_from("<III", block, 80), 52)
    extents = _table(body, struct.unpack_from("<III", block, 92), 24)
    return None if partitions is None or extents is None else (partitions, extents)


def _table(body: bytes, told: tuple[int, int, int], least: int) -> _Table | None:
    offset, count, width = told
    if width < least or offset + count * width > len(body):
        return None
    return _Table(body[offset : offset + count * width], count, width)


container = SuperPartitions()
