"""One side of one flow as the decoders need it: bytes by stream offset, holes, and the frames behind them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from vitne.model import StreamBatch


class Pieces:
    """Some pieces of a batch, chosen by their numbers, as lists; and which runs are theirs."""

    __slots__ = ("base", "batch", "behind", "data", "end", "first", "flow", "side", "start")

    def __init__(self, batch: StreamBatch, chosen: Sequence[int]) -> None:
        own = np.asarray(chosen, dtype=np.int64)
        bounds = np.searchsorted(batch.run_piece, np.arange(len(batch.flow) + 1))
        self.batch = batch
        self.data: memoryview = batch.data.data
        self.flow: list[int] = batch.flow[own].tolist()
        self.side: list[int] = batch.side[own].tolist()
        self.start: list[int] = batch.start[own].tolist()  # buffer positions in the batch
        self.end: list[int] = batch.end[own].tolist()
        self.base: list[int] = batch.base[own].tolist()
        self.first: list[int] = bounds[own].tolist()  # runs, half-open
        self.behind: list[int] = bounds[own + 1].tolist()

    def views(self) -> Iterator[tuple[int, int, SideView]]:
        """Yield flow, side and view of each piece."""
        for number, (flow, side) in enumerate(zip(self.flow, self.side, strict=True)):
            yield flow, side, SideView(self, number)


_ARRAYS = ("positions", "offsets", "lengths", "rows")


class SideView:
    """The bytes of one side of a flow and where each came from."""

    __slots__ = (
        "_ends",
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
    positions: np.ndarray  # of each run, within data
    offsets: np.ndarray  # in the stream
    lengths: np.ndarray
    rows: np.ndarray  # of the packet table

    def __init__(self, pieces: Pieces, number: int) -> None:
        low, high, batch = pieces.first[number], pieces.behind[number], pieces.batch
        start = self.start = pieces.start[number]  # buffer position in the batch
        self.end = pieces.end[number]
        self.base = pieces.base[number]  # stream offset of the first byte
        self.data: bytes = pieces.data[start : self.end].tobytes()
        self._lists: tuple[list[int], list[int], list[int], list[int]] | None = (
            [at - start for at in batch.run_position[low:high].tolist()],
            batch.run_offset[low:high].tolist(),
            batch.run_length[low:high].tolist(),
            batch.run_row[low:high].tolist(),
        )  # a view that waits keeps its own runs alone
        self._ends: list[int] | None = None
        self._shift: int | None = -1  # offset of the first byte where there is no hole, None with one

    def __getattr__(self, name: str) -> np.ndarray:
        """Make the arrays of the runs when they are asked for: most views are read by their lists."""
        if name not in _ARRAYS or self._lists is None:
            raise AttributeError(name)
        own = self._lists[_ARRAYS.index(name)]
        made = np.array(own, dtype=np.uint32 if name in {"lengths", "rows"} else np.int64)
        setattr(self, name, made)
        return made

    @property
    def runs(self) -> tuple[list[int], list[int], list[int], list[int]]:
        """Give position in the data, stream offset, length and row of each run."""
        if self._lists is None:
            arrays = (self.positions, self.offsets, self.lengths, self.rows)
            self._lists = (
                arrays[0].tolist(),
                arrays[1].tolist(),
                arrays[2].tolist(),
                arrays[3].tolist(),
            )
        return self._lists

    @classmethod
    def of_batch(cls, batch: StreamBatch, piece: int) -> Self:
        """Make the view of one piece of a batch."""
        return cls(Pieces(batch, [piece]), 0)

    @classmethod
    def of_runs(cls, data: bytes, base: int, columns: tuple[np.ndarray, ...]) -> Self:
        """Make a view of some bytes and the columns of its runs: positions, offsets, lengths and rows."""
        view = object.__new__(cls)
        view.start, view.end, view.base, view.data = 0, len(data), base, data
        view.positions, view.offsets, view.lengths, view.rows = columns
        view._lists, view._ends, view._shift = None, None, -1
        return view

    def __len__(self) -> int:
        return len(self.data)

    @property
    def whole(self) -> bool:
        """No hole inside: stream offsets run as the bytes do."""
        return self._begin() is not None

    def _begin(self) -> int | None:
        """Give the stream offset of the first byte where there is no hole, None with one."""
        if self._shift == -1:
            _, offsets, lengths, _ = self.runs
            first = offsets[0] if offsets else 0
            last = offsets[-1] + lengths[-1] if offsets else 0
            self._shift = first if last - first == len(self.data) else None
        return self._shift

    def _ended(self) -> list[int]:
        """Give the stream offset behind each run."""
        if self._ends is None:
            _, offsets, lengths, _ = self.runs
            self._ends = list(map(add, offsets, lengths))
        return self._ends

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Yield (stream offset, start, end) of each stretch without a hole, ``data`` positions half-open."""
        begin = self._begin()
        if begin is not None:
            if self.runs[0]:
                yield begin, 0, len(self.data)
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
        positions, _, lengths, _ = self.runs
        for number, (position, length) in enumerate(zip(positions, lengths, strict=True)):
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
        _, begins, _, rows = self.runs
        if len(rows) == 1:
            return rows[0], rows[0]
        low = min(bisect_right(self._ended(), start), len(rows) - 1)
        high = bisect_left(begins, max(end, start + 1))
        some = rows[low : max(high, low + 1)]
        return min(some), max(some)

    def rows_of(self, start: int, end: int) -> list[int]:
        """Give the rows of the packet table that hold bytes of a stream range, ascending."""
        _, begins, _, rows = self.runs
        low, high = bisect_right(self._ended(), start), bisect_left(begins, max(end, start + 1))
        return sorted(set(rows[low:high]))


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
    shifts = np.cumsum([0, *(len(piece.data) for piece in kept[:-1])])
    positions = [piece.positions + shift for piece, shift in zip(kept, shifts, strict=True)]
    columns = (
        np.concatenate(positions),
        np.concatenate([piece.offsets for piece in kept]),
        np.concatenate([piece.lengths for piece in kept]),
        np.concatenate([piece.rows for piece in kept]),
    )
    return SideView.of_runs(b"".join(piece.data for piece in kept), kept[0].base, columns)
