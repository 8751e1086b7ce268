"""Images of invented phones: an EROFS file system, a super image, a sparse image, an update's payload."""

from __future__ import annotations

import bz2
import hashlib
import lzma
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLOCK = 4096
_EPOCH = 1_546_300_800
_FOLDER, _FILE = 0o040755, 0o100644


def erofs(files: Mapping[str, bytes]) -> bytes:
    """Write a file system without compression: folders and files, each in blocks of its own.

    Follows Linux fs/erofs/erofs_fs.h: super block, compact inodes, plain layout.
    """
    tree: dict[str, dict[str, str]] = {"": {}}
    for path in sorted(files):
        parts = path.strip("/").split("/")
        for depth, name in enumerate(parts):
            inside = "/".join(parts[:depth])
            tree.setdefault(inside, {})[name] = "/".join(parts[: depth + 1])
    contents = {path.strip("/"): data for path, data in files.items()}
    names = [*sorted(tree), *sorted(contents)]
    first = 36  # inodes begin behind the super block: (1024 + 128) / 32
    number = {name: first + index for index, name in enumerate(names)}
    begin = -(-32 * (first + len(names)) // _BLOCK)
    inodes, data, block = b"", b"", begin
    for name in names:
        folder = name in tree and name not in contents
        raw = _folder(name, tree, number, contents) if folder else contents[name]
        inodes += struct.pack(
            "<HHHHIIIIHHI", 0, 0, _FOLDER if folder else _FILE, 1, len(raw), 0, block, number[name], 0, 0, 0
        )
        data += raw + bytes(-len(raw) % _BLOCK)
        block += -(-len(raw) // _BLOCK)
    super_block = struct.pack(
        "<IIIBBHQQIIII", 0xE0F5E1E2, 0, 0, 12, 0, first, len(names), _EPOCH, 0, block, 0, 0
    )
    head = bytes(1024) + super_block.ljust(128, b"\0") + inodes
    return head.ljust(begin * _BLOCK, b"\0") + data


def _folder(
    name: str, tree: Mapping[str, Mapping[str, str]], number: Mapping[str, int], files: Mapping[str, bytes]
) -> bytes:
    """Write the entries of a folder, block by block: records first, then names."""
    parent = name.rpartition("/")[0]
    entries = [(".", number[name], 2), ("..", number[parent], 2)]
    entries += [(word, number[path], 1 if path in files else 2) for word, path in tree[name].items()]
    entries.sort(key=lambda entry: entry[0].encode())
    waiting: list[tuple[str, int, int]] = []
    out, size = b"", 0
    for entry in entries:
        if size + 12 + len(entry[0]) > _BLOCK:
            out += _records(waiting).ljust(_BLOCK, b"\0")
            waiting, size = [], 0
        waiting.append(entry)
        size += 12 + len(entry[0].encode())
    return out + _records(waiting)


def _records(entries: list[tuple[str, int, int]]) -> bytes:
    at = 12 * len(entries)
    rows, names = b"", b""
    for word, number, kind in entries:
        rows += struct.pack("<QHBB", number, at + len(names), kind, 0)
        names += word.encode()
    return rows + names


def super_image(partitions: Mapping[str, bytes]) -> bytes:
    """Write the logical partitions of a phone in one, each in one extent of whole MiB.

    Follows AOSP liblp/metadata_format.h, version 10.0: geometry twice, metadata for one slot twice.
    """
    begin = 1 << 20
    rows, extents, data = b"", b"", b""
    for index, (name, given) in enumerate(partitions.items()):
        content = given + bytes(-len(given) % begin)
        rows += struct.pack("<36sIIII", name.encode(), 1, index, 1, 0)
        extents += struct.pack("<QIQI", len(content) // 512, 0, (begin + len(data)) // 512, 0)
        data += content
    groups = struct.pack("<36sIQ", b"default", 0, 0)
    devices = struct.pack("<QIIQ36sI", begin // 512, begin, 0, begin + len(data), b"super", 0)
    tables = rows + extents + groups + devices
    told, at = b"", 0
    for raw, width in ((rows, 52), (extents, 24), (groups, 48), (devices, 64)):
        told += struct.pack("<III", at, len(raw) // width, width)
        at += len(raw)
    digest = hashlib.sha256(tables).digest()
    head = struct.pack("<IHHI32sI32s", 0x414C5030, 10, 0, 128, bytes(32), len(tables), digest) + told
    head = head[:12] + hashlib.sha256(head).digest() + head[44:]
    metadata = (head + tables).ljust(65536, b"\0")
    blank = struct.pack("<II32sIII", 0x616C4467, 52, bytes(32), 65536, 1, _BLOCK)
    geometry = (blank[:8] + hashlib.sha256(blank).digest() + blank[40:]).ljust(_BLOCK, b"\0")
    return (bytes(_BLOCK) + geometry * 2 + metadata * 2).ljust(begin, b"\0") + data


def sparse(image: bytes) -> bytes:
    """Write a sparse image: blocks of one repeated word and empty blocks take no room."""
    image += bytes(-len(image) % _BLOCK)
    chunks: list[tuple[int, bytes, int]] = []
    for at in range(0, len(image), _BLOCK):
        block = image[at : at + _BLOCK]
        kind, held = 0xCAC1, block
        if block == block[:4] * (_BLOCK // 4):
            kind, held = (0xCAC3, b"") if not any(block) else (0xCAC2, block[:4])
        last = chunks[-1] if chunks else (0, b"", 0)
        if last[0] == kind and (kind == 0xCAC1 or last[1] == held):
            chunks[-1] = (kind, last[1] + held if kind == 0xCAC1 else held, last[2] + 1)
        else:
            chunks.append((kind, held, 1))
    head = struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 28, 12, _BLOCK, len(image) // _BLOCK, len(chunks), 0)
    return head + b"".join(
        struct.pack("<HHII", kind, 0, count, 12 + len(held)) + held for kind, held, count in chunks
    )


def payload(partitions: Mapping[str, bytes], *, delta: tuple[str, ...] = ()) -> bytes:
    """Write an update's payload of whole partitions; those named in ``delta`` need an older image.

    Operations take turns: stored, bzip2, xz, and nothing for zeros.
    """
    manifest, data = _field(3, _BLOCK) + _field(12, 0), b""
    for name, given in partitions.items():
        content = given + bytes(-len(given) % _BLOCK)
        rows = b""
        step = 16 * _BLOCK
        for number, at in enumerate(range(0, len(content), step)):
            piece = content[at : at + step]
            kind, held = _operation(piece, number)
            if name in delta and number == 0:
                kind = 4
            where = _field(1, at // _BLOCK) + _field(2, len(piece) // _BLOCK)
            row = _field(1, kind) + (_field(2, len(data)) + _field(3, len(held)) if held else b"")
            rows += _field(8, row + _field(6, where))
            data += held
        info = _field(1, len(content)) + _field(2, hashlib.sha256(content).digest())
        manifest += _field(13, _field(1, name.encode()) + _field(7, info) + rows)
    return struct.pack(">4sQQI", b"CrAU", 2, len(manifest), 0) + manifest + data


def _operation(piece: bytes, number: int) -> tuple[int, bytes]:
    if not any(piece):
        return 6, b""
    if number % 3 == 1:
        return 1, bz2.compress(piece)
    if number % 3 == 2:
        return 8, lzma.compress(piece, check=lzma.CHECK_CRC32)
    return 0, piece


def _field(number: int, value: int | bytes) -> bytes:
    """Write one field of a protobuf message."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes((number & 0x7F | 0x80,))
        number >>= 7
    return out + bytes((number,))
