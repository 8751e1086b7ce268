"""File systems ext4 (and ext2, ext3) as images.

summary: file system of Android until about 2021
specification: Linux Documentation/filesystems/ext4
"""

from __future__ import annotations

import stat
import struct
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from vitne.firmware.budget import Encrypted, Unsupported
from vitne.firmware.containers._folders import walked
from vitne.firmware.source import Held, Piece, Pieces
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget
    from vitne.firmware.containers import Lost, Member
    from vitne.firmware.source import Source

_SUPER = 1024
_ROOT = 2
_EXTENTS, _INLINE, _ENCRYPTED = 0x80000, 0x10000000, 0x800
_COMPRESSED, _META_GROUPS, _WIDE, _JOURNAL_DEVICE = 0x1, 0x10, 0x80, 0x8
_MOST_PIECES = 1 << 18
_MOST_DIRECTORY = 64 << 20


class _Layout(NamedTuple):
    """What the super block says."""

    source: Source
    block: int
    inodes: int  # per group
    inode: int  # bytes of one
    descriptor: int  # bytes of one
    table: int  # where the descriptors begin
    wide: bool
    groups: int
    budget: Budget


class _Inode(NamedTuple):
    """One file, folder or other thing."""

    mode: int
    size: int
    flags: int
    map: bytes  # 60 bytes: extents, blocks or contents
    raw: bytes


class Ext4:
    """Folders walked from the root, each inode once."""

    name = "ext4"
    summary = "file system of Android until about 2021"
    specification = "Linux Documentation/filesystems/ext4"

    def fits(self, head: bytes) -> bool:
        """Know it by the magic number of the super block."""
        return head[_SUPER + 56 : _SUPER + 58] == b"\x53\xef" and head[_SUPER + 72 : _SUPER + 76] <= b"\x04"

    def members(self, source: Source, budget: Budget) -> Iterator[Member | Lost]:
        """Give every regular file below the root, folder by folder."""
        layout = _layout(source, budget)
        yield from walked(
            _ROOT,
            partial(_inode, layout),
            names=lambda inode: _names(layout, inode, budget),
            content=lambda inode: _content(layout, inode),
        )


def _layout(source: Source, budget: Budget) -> _Layout:
    block = source.read(_SUPER, 1024)
    if len(block) < 1024:
        raise Malformed("a file system ends inside its super block")
    count, _, _, _, _, first, shift = struct.unpack_from("<IIIIIII", block, 0)
    per_group, _, inodes = struct.unpack_from("<III", block, 32)
    (revision,) = struct.unpack_from("<I", block, 76)
    size, incompatible = 128, 0
    if revision:
        (size,) = struct.unpack_from("<H", block, 88)
        (incompatible,) = struct.unpack_from("<I", block, 96)
    if shift > 6 or not inodes or not per_group or not 128 <= size <= 4096 or size & (size - 1):
        raise Malformed("the super block of a file system makes no sense", at=_SUPER)
    if incompatible & (_COMPRESSED | _META_GROUPS | _JOURNAL_DEVICE):
        raise Unsupported(f"a file system with features {incompatible:#x} is not read", at=_SUPER + 96)
    wide = bool(incompatible & _WIDE)
    descriptor = max(struct.unpack_from("<H", block, 254)[0], 32) if wide else 32
    bytes_each = 1024 << shift
    return _Layout(
        source=source,
        block=bytes_each,
        inodes=inodes,
        inode=size,
        descriptor=descriptor,
        table=(first + 1) * bytes_each,
        wide=wide and descriptor >= 64,
        groups=count // inodes + 1,
        budget=budget,
    )


def _inode(layout: _Layout, number: int) -> _Inode:
    group, index = divmod(number - 1, layout.inodes)
    if number < 1 or group >= layout.groups:
        raise Malformed(f"inode {number} does not exist")
    descriptor = layout.source.read(layout.table + group * layout.descriptor, layout.descriptor)
    if len(descriptor) < 32:
        raise Malformed("the file system ends inside its group descriptors")
    (table,) = struct.unpack_from("<I", descriptor, 8)
    if layout.wide:
        table |= struct.unpack_from("<I", descriptor, 40)[0] << 32
    raw = layout.source.read(table * layout.block + index * layout.inode, layout.inode)
    if len(raw) < 128:
        raise Malformed(f"the file system ends before inode {number}")
    (mode, _, low) = struct.unpack_from("<HHI", raw, 0)
    (flags,) = struct.unpack_from("<I", raw, 32)
    (high,) = struct.unpack_from("<I", raw, 108)
    size = low | (high << 32 if stat.S_ISREG(mode) else 0)
    return _Inode(mode, size, flags, raw[40:100], raw)


def _content(layout: _Layout, inode: _Inode) -> tuple[Source, int | None]:
    """Give the bytes of an inode, and where they lie if that is one place."""
    if inode.flags & _ENCRYPTED:
        raise Encrypted("the file is encrypted by the file system, and its key is not in the image")
    if inode.flags & _INLINE:
        held = Held(_inline(inode))
        if inode.size > layout.source.size * 4 + (1 << 20):
            raise Malformed(f"the file says that it has {inode.size} bytes, more than the image could hold")
        return Pieces([Piece(0, held.size, held)], inode.size), None
    pieces = _extents(layout, inode) if inode.flags & _EXTENTS else _blocks(layout, inode)
    pieces.sort(key=lambda piece: piece.start)
    at = pieces[0].offset if len(pieces) == 1 and pieces[0].start == 0 else None
    if inode.size > layout.source.size * 4 + (1 << 20):
        raise Malformed(f"the file says that it has {inode.size} bytes, more than the image could hold")
    return Pieces(pieces, inode.size), at


def _inline(inode: _Inode) -> bytes:
    """Give contents that stand in the inode itself: sixty bytes, then the attribute ``system.data``."""
    if inode.size <= 60:
        return inode.map[: inode.size]
    (extra,) = struct.unpack_from("<H", inode.raw, 128) if len(inode.raw) >= 130 else (0,)
    at = 128 + extra
    if inode.raw[at : at + 4] != b"\x00\x00\x02\xea":
        raise Malformed("contents inside an inode are cut off")
    entry = at + 4
    while entry + 16 <= len(inode.raw) and inode.raw[entry]:
        length, index, offset, _, size = struct.unpack_from("<BBHII", inode.raw, entry)
        if index == 7 and inode.raw[entry + 16 : entry + 16 + length] == b"data":
            begin = at + 4 + offset
            return (inode.map + inode.raw[begin : begin + size])[: inode.size]
        entry += (16 + length + 3) & ~3
    raise Malformed("contents inside an inode are cut off")


def _extents(layout: _Layout, inode: _Inode) -> list[Piece]:
    """Walk the tree of extents; each level lies deeper than the one above, so no loop is followed."""
    pieces: list[Piece] = []
    waiting: list[tuple[int | None, int]] = [(None, 6)]
    nodes = 0
    while waiting:
        place, above = waiting.pop()
        node = inode.map if place is None else layout.source.read(place, layout.block)
        nodes += 1
        if len(node) < 12:
            raise Malformed("a tree of extents is cut off")
        magic, count, _, depth, _ = struct.unpack_from("<HHHHI", node, 0)
        if magic != 0xF30A or depth >= above or 12 + 12 * count > len(node) or nodes > _MOST_PIECES:
            raise Malformed("a tree of extents makes no sense")
        layout.budget.reading(count)
        for number in range(count):
            row = node[12 + 12 * number : 24 + 12 * number]
            if depth:
                _, low, high, _ = struct.unpack("<IIHH", row)
                waiting.append(((low | high << 32) * layout.block, depth))
                continue
            first, length, high, low = struct.unpack("<IHHI", row)
            if length > 32768:  # allocated and never written: zeros
                continue
            at = (low | high << 32) * layout.block
            pieces.append(Piece(first * layout.block, length * layout.block, layout.source, at))
        if len(pieces) > _MOST_PIECES:
            raise Malformed("a file lies in more pieces than are read")
    return _trimmed(pieces, layout)


def _trimmed(pieces: list[Piece], layout: _Layout) -> list[Piece]:
    """Refuse pieces that lie outside of the image."""
    for piece in pieces:
        if piece.offset + piece.length > layout.source.size + layout.block:
            raise Malformed("a file lies outside of the image: it is cut off", at=piece.offset)
    return pieces


def _blocks(layout: _Layout, inode: _Inode) -> list[Piece]:
    """Follow the older map: twelve blocks, then blocks of numbers, up to three deep."""
    wanted = -(-inode.size // layout.block)
    if wanted > _MOST_PIECES:
        raise Unsupported(f"a file of {wanted} blocks in the older map is larger than is read")
    layout.budget.reading(wanted)
    words = struct.unpack("<15I", inode.map)
    numbers = list(words[:12])
    for level, root in enumerate(words[12:], 1):
        if len(numbers) < wanted:
            numbers += _numbers(layout, root, level, wanted - len(numbers))
    pieces: list[Piece] = []
    for index, number in enumerate(numbers[:wanted]):
        start, at = index * layout.block, number * layout.block
        if not number:
            continue
        last = pieces[-1] if pieces else None
        if last and last.start + last.length == start and last.offset + last.length == at:
            pieces[-1] = last._replace(length=last.length + layout.block)
        else:
            pieces.append(Piece(start, layout.block, layout.source, at))
    return _trimmed(pieces, layout)


def _numbers(layout: _Layout, root: int, level: int, most: int) -> list[int]:
    each = layout.block // 4
    if not root:
        return [0] * min(most, each**level)
    data = layout.source.read(root * layout.block, layout.block)
    if len(data) < layout.block:
        raise Malformed("a block of numbers lies outside of the image")
    words = struct.unpack(f"<{each}I", data)
    if level == 1:
        return list(words[:most])
    found: list[int] = []
    for word in words:
        if len(found) >= most:
            break
        found += _numbers(layout, word, level - 1, most - len(found))
    return found


def _names(layout: _Layout, inode: _Inode, budget: Budget) -> Iterator[tuple[str, int]]:
    """Give the entries of a folder; an index tree over it reads as entries without a file."""
    if not stat.S_ISDIR(inode.mode):
        raise Malformed("a folder is none")
    content, _ = _content(layout, inode)
    if content.size > _MOST_DIRECTORY:
        raise Malformed(f"a folder of {content.size} bytes is larger than is read")
    budget.looking(content.size)
    for begin in range(0, content.size, layout.block):
        block = content.read(begin, layout.block)
        at = 4 if inode.flags & _INLINE else 0
        while at + 8 <= len(block):
            number, length, named, _ = struct.unpack_from("<IHBB", block, at)
            if length < 8 or length % 4 or at + length > len(block) or 8 + named > length:
                raise Malformed("an entry of a folder makes no sense", at=begin + at)
            name = block[at + 8 : at + 8 + named]
            at += length
            if number and named and name not in {b".", b".."}:
                budget.meeting()
                yield name.decode("utf-8", "replace").replace("/", "\ufffd"), number


container = Ext4()
