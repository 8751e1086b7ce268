"""One side of one flow as the decoders need it: bytes by stream offset, holes, and the frames behind them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import StreamBatch


def run_bounds(batch: StreamBatch) -> list[int]:
    """Give where the runs of each piece begin, and where those of the last end: one look-up for a batch."""
    bounds: list[int] = np.searchsorted(batch.run_piece, np.arange(len(batch.flow) + 1)).tolist()
    return bounds


class SideView:
    """The bytes of one side of a flow and where each came from."""

    __slots__ = (
        "_lists",
        "_shift",
        "base",
        "data",
        "end",
        "lengths",
        "offsets",
        "positions",
        "rows",
        "start",
    )

    def __init__(self, batch: StreamBatch, piece: int, bounds: list[int] | None = None) -> None:
        low, high = (bounds or run_bounds(batch))[piece : piece + 2]
        self.start = int(batch.start[piece])  # buffer position in the batch
        self.end = int(batch.end[piece])
        self.base = int(batch.base[piece])  # stream offset of the first byte
        self.positions: np.ndarray = batch.run_position[low:high] - self.start  # within data
        self.offsets: np.ndarray = batch.run_offset[low:high]
        self.lengths: np.ndarray = batch.run_length[low:high]
        self.rows: np.ndarray = batch.run_row[low:high]
        self.data: bytes = batch.data[self.start : self.end].tobytes()
        self._lists: tuple[list[int], list[int], list[int]] | None = None
        self._shift: int | None = -1  # offset of the first byte where there is no hole, None with one

    def __len__(self) -> int:
        return len(self.data)

    @property
    def whole(self) -> bool:
        """No hole inside: stream offsets run as the bytes do."""
        return self._begin() is not None

    def _begin(self) -> int | None:
        """Give the stream offset of the first byte where there is no hole, None with one."""
        if self._shift == -1:
            first = int(self.offsets[0]) if len(self.offsets) else 0
            last = int(self.offsets[-1]) + int(self.lengths[-1]) if len(self.offsets) else 0
            self._shift = first if last - first == len(self.data) else None
        return self._shift

    def _runs(self) -> tuple[list[int], list[int], list[int]]:
        """Give begin, end and row of each run as lists: quicker to look up than arrays of few entries."""
        if self._lists is None:
            self._lists = (self.offsets.tolist(), (self.offsets + self.lengths).tolist(), self.rows.tolist())
        return self._lists

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Yield (stream offset, start, end) of each stretch without a hole, ``data`` positions half-open."""
        if not len(self.offsets):
            return
        jumps = np.flatnonzero(self.offsets[1:] != self.offsets[:-1] + self.lengths[:-1]) + 1
        edges = [0, *jumps.tolist(), len(self.offsets)]
        for low, high in pairwise(edges):
            begin = int(self.positions[low])
            stop = int(self.positions[high - 1]) + int(self.lengths[high - 1])
            yield int(self.offsets[low]), begin, stop

    def datagrams(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number of the run, bytes) of each run: for UDP a run is a datagram."""
        data = self.data
        for number, (position, length) in enumerate(
            zip(self.positions.tolist(), self.lengths.tolist(), strict=True)
        ):
            yield number, data[position : position + length]

    def slice(self, start: int, end: int) -> bytes:
        """Give the bytes of a stream range; bytes in holes are left out."""
        shift = self._begin()
        if shift is not None:
            return self.data[max(start - shift, 0) : max(end - shift, 0)]
        parts = []
        for offset, begin, stop in self.spans():
            low, high = max(start, offset), min(end, offset + stop - begin)
            if low < high:
                parts.append(self.data[begin + low - offset : begin + high - offset])
        return b"".join(parts)

    def row_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the least and greatest row that hold bytes of a stream range."""
        begins, ends, rows = self._runs()
        if len(rows) == 1:
            return rows[0], rows[0]
        low = min(bisect_right(ends, start), len(rows) - 1)
        high = bisect_left(begins, max(end, start + 1))
        some = rows[low : max(high, low + 1)]
        return min(some), max(some)

    def rows_of(self, start: int, end: int) -> np.ndarray:
        """Give the rows of the packet table that hold bytes of a stream range, ascending."""
        end = max(end, start + 1)
        low = int(np.searchsorted(self.offsets + self.lengths, start, side="right"))
        high = int(np.searchsorted(self.offsets, end, side="left"))
        return np.unique(self.rows[low:high])


def join(pieces: list[SideView], most: int) -> SideView:
    """Put the pieces of one side together, up to ``most`` bytes."""
    if len(pieces) == 1:
        return pieces[0]
    kept: list[SideView] = []
    size = 0
    for piece in pieces:
        if size and size + len(piece.data) > most:
            break
        kept.append(piece)
        size += len(piece.data)
    whole = object.__new__(SideView)
    whole.start, whole.end, whole.base = 0, size, kept[0].base
    shifts = np.cumsum([0, *(len(piece.data) for piece in kept[:-1])])
    whole.positions = np.concatenate(
        [piece.positions + shift for piece, shift in zip(kept, shifts, strict=True)]
    )
    whole.offsets = np.concatenate([piece.offsets for piece in kept])
    whole.lengths = np.concatenate([piece.lengths for piece in kept])
    whole.rows = np.concatenate([piece.rows for piece in kept])
    whole._lists, whole._shift = None, -1
    whole.data = b"".join(piece.data for piece in kept)
    return whole
