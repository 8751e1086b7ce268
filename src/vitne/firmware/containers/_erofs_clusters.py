"""Compressed files of EROFS: which stretch of a file lies in which blocks, and unpacking it.

summary: compressed files of EROFS
specification: Linux fs/erofs/erofs_fs.h (z_erofs_map_header, z_erofs_lcluster_index) and fs/erofs/zmap.c
"""

from __future__ import annotations

import struct
import zlib
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from vitne.firmware.budget import Unsupported
from vitne.firmware.containers.erofs import COMPACT, FULL, Inode, Layout
from vitne.firmware.source import Piece, Pieces
from vitne.model import Malformed

if TYPE_CHECKING:
    from vitne.firmware.budget import Budget
    from vitne.firmware.source import Source

_PLAIN, _HEAD, _MORE, _HEAD2 = range(4)
_TWO_BYTES, _BIG, _BIG2, _TAIL, _TURNED, _FRAGMENT = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
_COUNTED = 1 << 11  # of the first distance: it counts blocks instead
_LZ4, _LZMA, _DEFLATE, _ZSTD = range(4)
_MOST_CLUSTERS = 1 << 22
_MOST_UNPACKED = 16 << 20
_ZEROS = 64  # zeros at the end of a block that are tried as its own


class _Map(NamedTuple):
    """The header of a map."""

    advise: int
    algorithms: int
    shift: int  # a logical cluster is 1 << shift
    tail: int  # bytes of the tail behind the map
    at: int  # where the indexes begin


class _Start(NamedTuple):
    """Where a physical cluster begins to speak."""

    start: int  # byte of the file
    kind: int
    block: int  # first block of its bytes
    blocks: int  # how many; 0 where the map does not say


def unpacked(layout: Layout, inode: Inode, budget: Budget) -> Source:
    """Give the bytes of a compressed file, unpacked where they are read; raises Malformed."""
    if not inode.size:
        return Pieces([], 0)
    told = _header(layout, inode)
    count = -(-inode.size // (1 << told.shift))
    if count > min(_MOST_CLUSTERS, 1024 + layout.source.size // 2):
        raise Malformed(f"a file of {count} clusters is more than the image could hold")
    budget.reading(count)
    starts, end = _starts(layout, inode, told, count)
    starts = [
        each for each in starts if each.start < inode.size
    ]  # a mark of the end may stand behind the last
    if not starts or starts[0].start:
        raise Malformed("a compressed file does not begin with a head")
    pieces = []
    for number, each in enumerate(starts):
        stop = starts[number + 1].start if number + 1 < len(starts) else inode.size
        if not 0 < stop - each.start <= _MOST_UNPACKED:
            raise Malformed("a compressed cluster makes no sense")
        last = number + 1 == len(starts)
        where = each.block << layout.shift, max(each.blocks, 1) << layout.shift
        if last and told.advise & _TAIL:
            where = end, told.tail
        make = partial(_unpack, layout, each, told, where, stop - each.start, budget)
        pieces.append(Piece(each.start, stop - each.start, make=make))
    return Pieces(pieces, inode.size)


def _header(layout: Layout, inode: Inode) -> _Map:
    at = (inode.behind + 7) & ~7
    raw = layout.source.read(at, 8)
    if len(raw) < 8:
        raise Malformed("the map of a compressed file lies outside of the image")
    if raw[7] & 0x80:
        raise Unsupported("files inside the fragments of others are not read")
    _, tail, advise, algorithms, bits = struct.unpack("<HHHBB", raw)
    if advise & _FRAGMENT:
        raise Unsupported("files whose end lies among fragments are not read")
    shift = layout.shift + (bits & 7)
    begin = at + (16 if inode.layout == FULL else 8)
    return _Map(advise, algorithms, shift, tail, begin)


def _starts(layout: Layout, inode: Inode, told: _Map, count: int) -> tuple[list[_Start], int]:
    if inode.layout == COMPACT:
        return _compact(layout, told, count)
    table = layout.source.read(told.at, count * 8)
    if len(table) < count * 8:
        raise Malformed("the map of a compressed file is cut off")
    found: list[_Start] = []
    for number in range(count):
        advise, offset, word = struct.unpack_from("<HHI", table, number * 8)
        kind = advise & 3
        if kind == _MORE:
            near = word & 0xFFFF
            if near & _COUNTED and found and not found[-1].blocks:
                found[-1] = found[-1]._replace(blocks=near & ~_COUNTED)
            continue
        found.append(_Start((number << told.shift) + offset, kind, word, 0))
    return found, told.at + count * 8


def _compact(layout: Layout, told: _Map, count: int) -> tuple[list[_Start], int]:
    """Read packs of indexes: pairs of four bytes each, then sixteen of two bytes each, then pairs again."""
    first = min(((32 - told.at % 32) // 4) & 7, count)
    many = (count - first) & ~15 if told.advise & _TWO_BYTES else 0
    if told.shift > 14 or (many and told.shift > 12):
        raise Unsupported("clusters of this size in a compact map are not read")
    at, big = told.at, bool(told.advise & (_BIG | _BIG2))
    found: list[_Start] = []
    number = 0
    for indexes, each, width in ((first, 2, 4), (many, 16, 2), (count - first - many, 2, 4)):
        packs = -(-indexes // each)
        raw = layout.source.read(at, packs * each * width)
        if len(raw) < packs * each * width:
            raise Malformed("the map of a compressed file is cut off")
        for pack in range(packs):
            piece = raw[pack * each * width : (pack + 1) * each * width]
            held = min(each, indexes - pack * each)
            _pack(piece, (each, told.shift, big), number, held, found=found)
            number += held
        at += packs * each * width
    return found, at


def _pack(raw: bytes, form: tuple[int, int, bool], number: int, held: int, *, found: list[_Start]) -> None:
    """Read one pack: entries of a kind and a number, and the block before its first head at its end."""
    each, shift, big = form
    bits = (len(raw) - 4) * 8 // each
    low = max(shift, 12)
    whole = int.from_bytes(raw[:-4], "little")
    (block,) = struct.unpack("<I", raw[-4:])
    block += not big
    heads = 0
    for index in range(held):
        value = whole >> (bits * index)
        kind, word = value >> low & 3, value & ((1 << low) - 1)
        if kind != _MORE:
            found.append(_Start(((number + index) << shift) + word, kind, block, int(big)))
            block += 1
            heads += 1
        elif big and word & _COUNTED:
            blocks = word & ~_COUNTED
            block += blocks - 1 if heads else blocks
            if found:
                found[-1] = found[-1]._replace(blocks=blocks)


def _unpack(  # noqa: PLR0913, PLR0917  (bound beforehand)
    layout: Layout, start: _Start, told: _Map, where: tuple[int, int], size: int, budget: Budget
) -> bytes:
    """Unpack one physical cluster; raises Malformed."""
    budget.unpacking(size)
    data = layout.source.read(*where)
    if not data:
        raise Malformed("a compressed cluster lies outside of the image", at=where[0])
    if start.kind == _PLAIN:
        return _stored(data, start.start & (layout.block - 1), size, turned=bool(told.advise & _TURNED))
    algorithm = told.algorithms & 15 if start.kind == _HEAD else told.algorithms >> 4
    if algorithm == _LZ4:
        return _lz4(data.lstrip(b"\0"), size) if layout.features & 1 else _padded_lz4(data, size)
    if algorithm == _DEFLATE:
        return _inflate(data, size)
    name = {_LZMA: "MicroLZMA", _ZSTD: "Zstandard"}.get(algorithm, f"algorithm {algorithm}")
    raise Unsupported(
        f"files compressed with {name} are not read: unpack the image with fsck.erofs --extract"
    )


def _stored(data: bytes, inside: int, size: int, *, turned: bool) -> bytes:
    """Give bytes that were not worth compressing; turned, they stand at the place in their block."""
    if not turned:
        return data[:size]
    first = data[inside : inside + size]
    return first + data[: size - len(first)]


def _lz4(data: bytes, size: int) -> bytes:
    import pyarrow as pa

    try:
        return bytes(pa.decompress(data, decompressed_size=size, codec="lz4_raw", asbytes=True))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Malformed(f"a compressed cluster does not unpack: {error}") from error


def _padded_lz4(data: bytes, size: int) -> bytes:
    """Unpack a cluster of old images, in which zeros stand behind the block, which may end in zeros."""
    shortest = data.rstrip(b"\0")
    for zeros in range(min(_ZEROS, len(data) - len(shortest) + 1)):
        try:
            return _lz4(shortest + bytes(zeros), size)
        except Malformed:
            continue
    raise Unsupported("clusters of this old form are not read: unpack the image with fsck.erofs --extract")


def _inflate(data: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj(-15).decompress(data.lstrip(b"\0"), size)
    except zlib.error as error:
        raise Malformed(f"a compressed cluster does not unpack: {error}") from error


__all__ = ["unpacked"]
