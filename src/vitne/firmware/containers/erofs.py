"""File systems EROFS as images, plain and compressed.

summary: file system of Android since about 2021
specification: Linux Documentation/filesystems/erofs.rst and fs/erofs/erofs_fs.h, on-disk format 1.0
"""

from __future__ import annotations

import stat
import struct
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from vitne.firmware.budget import Unsupported
from vitne.firmware.containers._folders import walked
from vitne.firmware.source import Held, Piece, Pieces, Source
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget
    from vitne.firmware.containers import Lost, Member

_SUPER = 1024
_MAGIC = b"\xe2\xe1\xf5\xe0"
_KNOWN = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40
# padding at the front, compression settings, chunks, several devices, a second algorithm, tails, fragments
PLAIN, FULL, INLINE, COMPACT, CHUNKS = range(5)
_MOST_DIRECTORY = 64 << 20
_LONGEST_NAME = 255


class Layout(NamedTuple):
    """What the super block says."""

    source: Source
    block: int
    shift: int  # block is 1 << shift
    meta: int  # where inodes begin, in bytes
    root: int
    features: int


class Inode(NamedTuple):
    """One file, folder or other thing."""

    mode: int
    size: int
    layout: int
    word: int  # first block, compressed blocks or form of chunks
    behind: int  # where what follows the inode and its attributes begins, in bytes


class Erofs:
    """Folders walked from the root, each inode once."""

    name = "erofs"
    summary = "file system of Android since about 2021"
    specification = "Linux fs/erofs/erofs_fs.h, on-disk format 1.0"

    def fits(self, head: bytes) -> bool:
        """Know it by the magic number of the super block."""
        return head[_SUPER : _SUPER + 4] == _MAGIC

    def members(self, source: Source, budget: Budget) -> Iterator[Member | Lost]:
        """Give every regular file below the root, folder by folder."""
        layout = _layout(source)
        yield from walked(
            layout.root,
            partial(_inode, layout),
            names=lambda inode: _names(layout, inode, budget),
            content=lambda inode: _content(layout, inode, budget),
        )


def _layout(source: Source) -> Layout:
    block = source.read(_SUPER, 128)
    if len(block) < 128:
        raise Malformed("a file system ends inside its super block")
    shift = block[12]
    (root,) = struct.unpack_from("<H", block, 14)
    (meta,) = struct.unpack_from("<I", block, 40)
    (features,) = struct.unpack_from("<I", block, 80)
    if not 9 <= shift <= 16:
        raise Malformed(f"a file system of blocks of 2^{shift} bytes makes no sense", at=_SUPER + 12)
    if features & ~_KNOWN:
        raise Unsupported(f"a file system with features {features:#x} is not read", at=_SUPER + 80)
    return Layout(source, 1 << shift, shift, meta << shift, root, features)


def _inode(layout: Layout, number: int) -> Inode:
    at = layout.meta + 32 * number
    raw = layout.source.read(at, 64)
    if len(raw) < 32:
        raise Malformed(f"inode {number} lies outside of the image")
    form, attributes, mode = struct.unpack_from("<HHH", raw, 0)
    kind = form >> 1 & 7
    if form & 1:
        if len(raw) < 64:
            raise Malformed(f"inode {number} lies outside of the image")
        size, word = struct.unpack_from("<QI", raw, 8)
        head = 64
    else:
        size, _, word = struct.unpack_from("<III", raw, 8)
        head = 32
    if kind > CHUNKS:
        raise Unsupported(f"files of layout {kind} are not read")
    extra = 12 + 4 * (attributes - 1) if attributes else 0
    return Inode(mode, size, kind, word, at + head + extra)


def _content(layout: Layout, inode: Inode, budget: Budget) -> tuple[Source, int | None]:
    """Give the bytes of an inode, and where they lie if that is one place."""
    if inode.layout in {FULL, COMPACT}:
        from vitne.firmware.containers._erofs_clusters import unpacked

        return unpacked(layout, inode, budget), None
    if inode.size > layout.source.size + layout.block and inode.layout != CHUNKS:
        raise Malformed(f"the file says that it has {inode.size} bytes, more than the image holds")
    if inode.layout == CHUNKS:
        return _chunks(layout, inode, budget), None
    whole = inode.size
    at = inode.word << layout.shift
    if inode.layout == PLAIN:
        if at + whole > layout.source.size:
            raise Malformed("a file lies outside of the image: it is cut off", at=at)
        return Pieces([Piece(0, whole, layout.source, at)] if whole else [], whole), at
    tail = whole % layout.block or (layout.block if whole else 0)
    pieces = [Piece(0, whole - tail, layout.source, at)] if whole > tail else []
    pieces.append(Piece(whole - tail, tail, layout.source, inode.behind))
    return Pieces(pieces, whole), inode.behind if len(pieces) == 1 else None


def _chunks(layout: Layout, inode: Inode, budget: Budget) -> Source:
    """Read a map of chunks: one block number each, or one record each."""
    shift = layout.shift + (inode.word & 31)
    records = bool(inode.word & 32)
    width = 8 if records else 4
    at = (inode.behind + width - 1) & ~(width - 1)
    count = -(-inode.size // (1 << shift))
    if count > layout.source.size // width:
        raise Malformed("a file has more chunks than the image could hold")
    budget.reading(count)
    table = layout.source.read(at, count * width)
    if len(table) < count * width:
        raise Malformed("a map of chunks is cut off")
    pieces = []
    for number in range(count):
        if records:
            _, device, block = struct.unpack_from("<HHI", table, number * 8)
        else:
            (block,), device = struct.unpack_from("<I", table, number * 4), 0
        if device:
            raise Unsupported("files on a second device are not read")
        if block != 0xFFFFFFFF:
            start = number << shift
            length = min(1 << shift, inode.size - start)
            pieces.append(Piece(start, length, layout.source, block << layout.shift))
    return Pieces(pieces, inode.size)


def _names(layout: Layout, inode: Inode, budget: Budget) -> Iterator[tuple[str, int]]:
    """Give the entries of a folder: in each block the records first, then their names."""
    if not stat.S_ISDIR(inode.mode):
        raise Malformed("a folder is none")
    if inode.size > _MOST_DIRECTORY:
        raise Malformed(f"a folder of {inode.size} bytes is larger than is read")
    budget.looking(inode.size)
    content, _ = _content(layout, inode, budget)
    for begin in range(0, content.size, layout.block):
        block = content.read(begin, layout.block)
        if len(block) < 12:
            raise Malformed("a folder is cut off", at=begin)
        count = struct.unpack_from("<H", block, 8)[0] // 12
        if not 0 < count <= len(block) // 12:
            raise Malformed("a block of a folder makes no sense", at=begin)
        rows = [struct.unpack_from("<QHBB", block, 12 * number) for number in range(count)]
        for number, (child, start, _, _) in enumerate(rows):
            stop = rows[number + 1][1] if number + 1 < count else len(block)
            name = block[start : min(stop, start + _LONGEST_NAME)].partition(b"\0")[0]
            if name and name not in {b".", b".."}:
                budget.meeting()
                yield name.decode("utf-8", "replace").replace("/", "\ufffd"), child


container = Erofs()
__all__ = ["COMPACT", "FULL", "Erofs", "Held", "Inode", "Layout"]
