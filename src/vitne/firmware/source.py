"""Bytes that are read where they lie: mapped files, parts of them, and pieces put together on demand.

No image is loaded as a whole; an image inside an image is a view of the file on the disk.
"""

from __future__ import annotations

import mmap
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, Protocol

from vitne.model import CaptureError, Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_KEPT = 8  # unpacked pieces that are kept, for readers that go forward with small steps
_STEP = 1 << 20


class Source(Protocol):
    """Bytes with a size."""

    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Give the bytes of a range, fewer at the end; raises Malformed where they cannot be made."""
        ...


class Held:
    """Bytes in memory."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        self.size = len(data)

    def read(self, offset: int, length: int) -> bytes:
        """Give the bytes of a range."""
        return bytes(self._data[max(offset, 0) : max(offset, 0) + max(length, 0)])


class Mapped:
    """A file on the disk, mapped."""

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self.size = file.seek(0, 2)
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self.size else None
        except (OSError, ValueError) as error:
            raise CaptureError(f"it cannot be read: {error}", where=str(path)) from error

    def read(self, offset: int, length: int) -> bytes:
        """Give the bytes of a range."""
        if self._map is None:
            return b""
        return self._map[max(offset, 0) : max(offset, 0) + max(length, 0)]

    def close(self) -> None:
        """Let the file go."""
        if self._map is not None:
            self._map.close()


class Part:
    """A range of another source."""

    def __init__(self, base: Source, start: int, size: int) -> None:
        self._base = base
        self._start = max(start, 0)
        self.size = max(min(size, base.size - self._start), 0)

    def read(self, offset: int, length: int) -> bytes:
        """Give the bytes of a range."""
        offset = max(offset, 0)
        return self._base.read(self._start + offset, max(min(length, self.size - offset), 0))


class Piece(NamedTuple):
    """A stretch of a source that is put together."""

    start: int  # where it stands in the whole
    length: int  # bytes
    base: Source | None = None  # where its bytes lie; None for bytes that repeat or are made
    offset: int = 0  # where in the base
    fill: bytes = b"\0"  # what repeats where there is no base
    make: Callable[[], bytes] | None = None  # unpacks the bytes, all of the piece


class Pieces:
    """A source put together from pieces in ascending order; what lies between them is zero."""

    def __init__(self, pieces: Sequence[Piece], size: int) -> None:
        self._pieces = pieces
        self._starts = [piece.start for piece in pieces]
        self.size = size
        self._made: dict[int, bytes] = {}

    def read(self, offset: int, length: int) -> bytes:
        """Give the bytes of a range; raises Malformed where a piece cannot be unpacked."""
        offset = max(offset, 0)
        end = min(offset + max(length, 0), self.size)
        out: list[bytes] = []
        number = max(bisect_right(self._starts, offset) - 1, 0)
        while offset < end:
            piece = self._pieces[number] if number < len(self._pieces) else None
            if piece is None or piece.start > offset:
                stop = end if piece is None else min(piece.start, end)
                out.append(bytes(stop - offset))
                offset = stop
                continue
            stop = min(piece.start + piece.length, end)
            number += 1
            if stop > offset:
                out.append(self._bytes(number - 1, piece, offset - piece.start, stop - offset))
                offset = stop
        return out[0] if len(out) == 1 else b"".join(out)

    def _bytes(self, number: int, piece: Piece, begin: int, length: int) -> bytes:
        if piece.make is not None:
            return self._unpacked(number, piece)[begin : begin + length]
        if piece.base is not None:
            given = piece.base.read(piece.offset + begin, length)
            if len(given) < length:
                raise Malformed("the image ends before this part of it", at=piece.offset + begin + len(given))
            return given
        width = len(piece.fill)
        many = piece.fill * (length // width + 2)
        return many[begin % width : begin % width + length]

    def _unpacked(self, number: int, piece: Piece) -> bytes:
        known = self._made.get(number)
        if known is None:
            assert piece.make is not None  # noqa: S101  (asked for by the caller)
            known = piece.make()
            if len(known) != piece.length:
                raise Malformed(f"a part unpacks to {len(known)} bytes and not to {piece.length}")
            while len(self._made) >= _KEPT:
                self._made.pop(next(iter(self._made)))
            self._made[number] = known
        return known


def whole(source: Source, most: int) -> bytes:
    """Give all bytes of a source; raises Malformed where there are more than ``most`` or fewer than told."""
    if source.size > most:
        raise Malformed(f"{source.size} bytes are more than the {most} that are read of one such file")
    data = source.read(0, source.size)
    if len(data) < source.size:
        raise Malformed("the file ends before its size", at=len(data))
    return data


def chunks(source: Source) -> list[tuple[int, int]]:
    """Give the ranges in which a source is read from end to end."""
    return [(at, min(_STEP, source.size - at)) for at in range(0, source.size, _STEP)]
