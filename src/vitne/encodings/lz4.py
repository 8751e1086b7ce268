"""LZ4 frames, legacy frames, and single blocks with or without their size before them.

summary: compressed bytes in LZ4 frames or blocks
specification: LZ4 Frame Format 1.6.4 and LZ4 Block Format (lz4.org)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._copying import copy
from vitne.encodings._inflating import allowance
from vitne.encodings._outcomes import telling
from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_MAGIC = re.compile(rb"\x04\x22\x4d\x18[\x40-\x7f][\x40-\x70]|\x02\x21\x4c\x18", re.DOTALL)
_LEGACY = b"\x02\x21\x4c\x18"
_MARKS = (b"\x04\x22\x4d\x18", _LEGACY)
_REACH = 64 << 10  # how far into the data a frame is looked for
_TRIES = 16  # candidates that may fail before the search ends
_SHORTEST = 13  # bytes of a bare block; the last five of any block are literals
_SHORT = 32  # bytes of a bare block below which its contents have to speak for themselves
_LAST = 5  # literals at the least with which a block of several sequences ends
_RAW = 0x80000000  # bit of a block's size: its bytes are stored as they are


class Lz4(WholeRange):
    """Frames at any offset; a bare block only as the whole data, read to its last byte by the end rules."""

    name = "lz4"
    summary = "compressed bytes in LZ4 frames or blocks"
    specification = "LZ4 Frame Format 1.6.4; LZ4 Block Format"
    family: Family = "binary"
    order = 32

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield frames that begin within the first 64 KiB, else the data as one block."""
        position = failed = found = 0
        if not any(mark in data for mark in _MARKS):
            failed = _TRIES
        while failed < _TRIES and (match := _MAGIC.search(data, position, _REACH)):
            child = _frame(data, match.start(), limits)
            if child is None:
                failed += 1
                position = match.end()
            else:
                found += 1
                yield child
                position = child.end
        if not found and (child := _whole_block(data, limits)) is not None:
            yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where they are neither."""
        child = _frame(data, 0, limits) if _MAGIC.match(data) else _whole_block(data, limits)
        if child is None:
            raise Malformed("neither an LZ4 frame nor one whole block", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write a frame of stored blocks, or one block of literals: the same contents for any reader."""
        known = dict(child.params)
        if known.get("format") == "block":
            return _size(known, len(child.data)) + _literals(child.data)
        blocks = [child.data[at : at + (4 << 20)] for at in range(0, len(child.data), 4 << 20)]
        body = b"".join((len(block) | _RAW).to_bytes(4, "little") + block for block in blocks)
        return b"\x04\x22\x4d\x18\x60\x70\x73" + body + bytes(4)


def _size(known: dict[str, str], size: int) -> bytes:
    order = known.get("size")
    return size.to_bytes(4, "little" if order == "little" else "big") if order else b""


def _literals(data: bytes) -> bytes:
    if len(data) < 15:
        return bytes((len(data) << 4,)) + data
    more, last = divmod(len(data) - 15, 255)
    return b"\xf0" + b"\xff" * more + bytes((last,)) + data


def _whole_block(data: bytes, limits: Limits) -> Child | None:
    """Read the data as one block; a size before it has to be right, without one there is no cut-off block."""
    if len(data) < _SHORTEST:
        return None
    for order in ("little", "big"):
        size = int.from_bytes(data[:4], "little" if order == "little" else "big")
        if 0 < size <= allowance(len(data), limits) and len(data) <= size + size // 255 + 32:
            out, end = bytearray(), 0
            end = _block(data, 4, len(data), out=out, most=size)
            if end == len(data) and len(out) == size:
                params = (("format", "block"), ("size", order))
                return Child(data=bytes(out), start=0, end=end, params=params)
    literals = data[0] >> 4
    behind = 3 + literals  # the first sequence copies from its literals
    if literals < 15 and not 0 < int.from_bytes(data[behind - 2 : behind], "little") <= literals:
        return None
    out = bytearray()
    end = _block(data, 0, len(data), out=out, most=allowance(len(data), limits))
    if end != len(data) or len(out) < max(len(data) // 2, _SHORTEST - 1):
        return None
    if len(data) < _SHORT and not telling(bytes(out)):
        return None  # a token that counts the bytes behind it right is no proof
    return Child(data=bytes(out), start=0, end=end, params=(("format", "block"),))


def _block(data: bytes, position: int, stop: int, *, out: bytearray, most: int) -> int:
    """Append the contents of a block: the position behind it, or of the first sequence that does not fit.

    Block format: the last sequence is literals alone, and unless it is the only one it has five or more.
    """
    first = len(out)
    while position < stop:
        begin, token = position, data[position]
        position += 1
        length = token >> 4
        if length == 15:
            length, position = _longer(data, position, stop, length)
        if position + length > stop or len(out) + length - first > most:
            return begin
        out += data[position : position + length]
        position += length
        if position == stop:
            last = token & 15 == 0 and (begin == 0 or length >= _LAST or len(out) == length)
            return stop if last else begin
        offset = data[position] | data[position + 1] << 8 if position + 2 <= stop else 0
        position += 2
        length = token & 15
        if length == 15:
            length, position = _longer(data, position, stop, length)
        if position >= stop or len(out) + length + 4 - first > most or not copy(out, offset, length + 4):
            return begin
    return position


def _longer(data: bytes, position: int, stop: int, length: int) -> tuple[int, int]:
    """Add the further bytes of a length: each 255 has another behind it."""
    while position < stop:
        byte = data[position]
        position += 1
        length += byte
        if byte != 255:
            return length, position
    return length, stop + 1


def _frame(data: bytes, start: int, limits: Limits) -> Child | None:
    """Read a frame: header, blocks, end mark; check sums are stepped over."""
    most = allowance(len(data) - start, limits)
    if data[start : start + 4] == _LEGACY:
        return _legacy(data, start, most)
    flags = data[start + 4]
    position = start + 7 + (8 if flags & 8 else 0) + (4 if flags & 1 else 0)
    out, whole = bytearray(), False
    while position + 4 <= len(data):
        size = int.from_bytes(data[position : position + 4], "little")
        position += 4
        if size == 0:
            position += 4 if flags & 4 else 0
            whole = position <= len(data)
            break
        stored, size = bool(size & _RAW), size & (_RAW - 1)
        stop = min(position + size, len(data))
        if stored:
            out += data[position : min(stop, position + max(most - len(out), 0))]
            end = stop
        else:
            end = _block(data, position, stop, out=out, most=most - len(out))
        position = position + size + (4 if flags & 16 else 0)
        if end != stop or stop - end or position > len(data) or len(out) >= most:
            break
    if not out and not whole:
        return None
    return Child(data=bytes(out), start=start, end=min(position, len(data)), complete=whole)


def _legacy(data: bytes, start: int, most: int) -> Child | None:
    """Read the frame of the first command line tool: sizes and blocks up to the end of the data."""
    position, out, whole = start + 4, bytearray(), True
    while position + 4 <= len(data) and whole:
        size = int.from_bytes(data[position : position + 4], "little")
        if size == 0 or position + 4 + size > len(data) or len(out) >= most:
            whole = size == 0
            break
        stop = position + 4 + size
        whole = _block(data, position + 4, stop, out=out, most=most - len(out)) == stop
        position += 4 + size
    if not out:
        return None
    return Child(data=bytes(out), start=start, end=position, complete=whole and position == len(data))


encoding = Lz4()
