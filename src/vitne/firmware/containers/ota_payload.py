"""Payloads of updates over the air: partitions as operations on blocks.

summary: partitions of an update over the air (payload.bin)
specification: AOSP system/update_engine/update_metadata.proto, major version 2
"""

from __future__ import annotations

import bz2
import lzma
import struct
from functools import partial
from typing import TYPE_CHECKING, Any

from vitne.firmware.budget import Exhausted
from vitne.firmware.containers import Lost, Member
from vitne.firmware.source import Piece, Pieces
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget
    from vitne.firmware.source import Source

_REPLACE, _BZ, _MOVE, _BSDIFF, _ZERO, _DISCARD, _XZ, _ZSTD = 0, 1, 2, 3, 6, 7, 8, 14
_WHOLE = (_REPLACE, _BZ, _ZERO, _DISCARD, _XZ, _ZSTD)
_NAMES = {
    _MOVE: "MOVE",
    _BSDIFF: "BSDIFF",
    4: "SOURCE_COPY",
    5: "SOURCE_BSDIFF",
    9: "PUFFDIFF",
    10: "BROTLI_BSDIFF",
    11: "ZUCCHINI",
    12: "LZ4DIFF_BSDIFF",
    13: "LZ4DIFF_PUFFDIFF",
}
_HOLE = (1 << 64) - 1
_MOST_MANIFEST = 64 << 20
_MOST_OPERATIONS = 1 << 20
_MOST_FIELDS = _MOST_OPERATIONS + 1024
_MOST_PIECE = 256 << 20
_MOST_WINDOW = 128 << 20
_MOST_SIZE = 1 << 46


class OtaPayload:
    """A manifest of operations, and the data they take."""

    name = "payload"
    summary = "partitions of an update over the air (payload.bin)"
    specification = "AOSP system/update_engine/update_metadata.proto, major version 2"

    def fits(self, head: bytes) -> bool:
        """Know it by its magic number."""
        return head.startswith(b"CrAU")

    def members(self, source: Source, budget: Budget) -> Iterator[Member | Lost]:
        """Give every partition that the payload holds as a whole."""
        head = source.read(0, 24)
        if len(head) < 24:
            raise Malformed("a payload ends inside its header", at=len(head))
        _, version, size, signature = struct.unpack(">IQQI", head)
        if version != 2:
            raise Malformed(f"payloads of version {version} are not read", at=4)
        if size > min(_MOST_MANIFEST, source.size - 24):
            raise Malformed("the manifest of a payload is longer than the file", at=12)
        manifest = _message(source.read(24, size))
        block = _first(manifest, 3, 4096)
        if not 512 <= block <= 1 << 20:
            raise Malformed(f"a payload has blocks of {block} bytes")
        data = 24 + size + signature
        for raw in manifest.get(13, []):
            budget.meeting()
            yield _partition(source, _bytes(raw), (data, block), budget)


def _partition(source: Source, raw: bytes, place: tuple[int, int], budget: Budget) -> Member | Lost:
    fields = _message(raw)
    name = _bytes(_first(fields, 1, b"")).decode("utf-8", "replace")[:64]
    operations = fields.get(8, [])
    if len(operations) > _MOST_OPERATIONS:
        return Lost(name, "limit", f"{len(operations)} operations are more than are read")
    budget.meeting(len(operations) // 16)
    data, block = place
    pieces: list[Piece] = []
    foreign: dict[str, int] = {}
    unpacker = _Unpacker(source, budget)
    for each in operations:
        told = _message(_bytes(each))
        kind = _first(told, 1, 0)
        if kind not in _WHOLE:
            word = _NAMES.get(kind, f"kind {kind}")
            foreign[word] = foreign.get(word, 0) + 1
            continue
        if kind not in {_ZERO, _DISCARD}:
            at = data + _first(told, 2, 0), _first(told, 3, 0)
            extents = _extents(told, block, budget)
            pieces += _operation(unpacker, kind, at, extents=extents)
    if foreign:
        words = ", ".join(f"{count} {word}" for word, count in sorted(foreign.items()))
        return Lost(name, "unsupported", f"an update that needs the old image: {words}; give a full update")
    info = _message(_bytes(_first(fields, 7, b"")))
    size = _first(info, 1, max((piece.start + piece.length for piece in pieces), default=0))
    if size > _MOST_SIZE:
        return Lost(name, "malformed", "the partition is larger than any phone")
    pieces.sort(key=lambda piece: piece.start)
    return Member(name, Pieces(pieces, size))


class _Unpacker:
    """Unpacks the data of operations; the last of those that write in several places is kept."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self.source = source
        self._budget = budget
        self._kept: tuple[int, tuple[int, int], int] | None = None
        self._data = b""

    def unpacked(self, kind: int, at: tuple[int, int], total: int, *, keep: bool) -> bytes:
        """Give the bytes that an operation writes; raises Malformed."""
        if keep and self._kept == (kind, at, total):
            return self._data
        if total > _MOST_PIECE:
            raise Exhausted(f"an operation that writes {total} bytes is more than is unpacked at once")
        begin, length = at
        packed = self.source.read(begin, min(length, total + total // 8 + 65536))
        data = _unpack(kind, packed, total, self._budget)
        if keep:
            self._kept, self._data = (kind, at, total), data
        return data


def _extents(told: dict[int, list[Any]], block: int, budget: Budget) -> list[tuple[int, int]]:
    """Give where an operation writes, as bytes; raises Exhausted for more places than there are blocks."""
    budget.meeting(len(told.get(6, [])))
    found = []
    for raw in told.get(6, []):
        extent = _message(_bytes(raw))
        first, count = _first(extent, 1, 0), _first(extent, 2, 0)
        length = min(count, _MOST_SIZE // block) * block
        found.append((_HOLE if first == _HOLE else first * block, length))
    return found


def _operation(
    unpacker: _Unpacker, kind: int, at: tuple[int, int], *, extents: list[tuple[int, int]]
) -> list[Piece]:
    """Give the pieces that one operation writes, one for each extent."""
    begin, length = at
    total = sum(size for _, size in extents)
    pieces = []
    inside = 0

    def unpacked(first: int, size: int) -> bytes:
        data = unpacker.unpacked(kind, at, total, keep=len(extents) > 1)
        return data if len(extents) == 1 else data[first : first + size]

    for start, size in extents:
        if start != _HOLE:
            if kind == _REPLACE:
                pieces.append(
                    Piece(start, min(size, max(length - inside, 0)), unpacker.source, begin + inside)
                )
            else:
                pieces.append(Piece(start, size, make=partial(unpacked, inside, size)))
        inside += size
    return pieces


def _unpack(kind: int, data: bytes, size: int, budget: Budget) -> bytes:
    """Unpack the data of one operation, no further than the bytes it writes."""
    budget.unpacking(size)
    if kind == _ZSTD:
        out = _zstd(data, size)
        return out + bytes(max(size - len(out), 0))
    try:
        xz = kind == _XZ
        engine = lzma.LZMADecompressor(memlimit=_MOST_WINDOW * 2) if xz else bz2.BZ2Decompressor()
        out = engine.decompress(data, size)
    except (lzma.LZMAError, OSError, ValueError, EOFError) as error:
        raise Malformed(f"an operation's data does not unpack: {error}") from error
    return out + bytes(max(size - len(out), 0))


def _zstd(data: bytes, size: int) -> bytes:
    import zstandard

    try:
        engine = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW)
        return engine.stream_reader(data).read(size)
    except zstandard.ZstdError as error:
        raise Malformed(f"an operation's data does not unpack: {error}") from error


def _message(data: bytes) -> dict[int, list[Any]]:
    """Read the fields of a protobuf message: number -> values, integers and byte strings."""
    fields: dict[int, list[Any]] = {}
    at, end, count = 0, len(data), 0
    while at < end:
        count += 1
        if count > _MOST_FIELDS:
            raise Malformed(f"the manifest has more than {_MOST_FIELDS} fields in one message", at=at)
        key, at = _varint(data, at)
        kind, number = key & 7, key >> 3
        value: Any
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 2:
            length, at = _varint(data, at)
            if at + length > end:
                raise Malformed("a field of the manifest is cut off", at=at)
            value, at = data[at : at + length], at + length
        elif kind in {1, 5}:
            width = 8 if kind == 1 else 4
            if at + width > end:
                raise Malformed("a field of the manifest is cut off", at=at)
            value, at = int.from_bytes(data[at : at + width], "little"), at + width
        else:
            raise Malformed(f"the manifest has a field of wire type {kind}", at=at)
        fields.setdefault(number, []).append(value)
    return fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _HOLE, at
        shift += 7
    raise Malformed("a number of the manifest does not end", at=at)


def _first(fields: dict[int, list[Any]], number: int, default: Any) -> Any:
    value = fields.get(number, [default])[0]
    return value if type(value) is type(default) else default


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


container = OtaPayload()
