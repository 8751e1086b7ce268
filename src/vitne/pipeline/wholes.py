"""Flows that lie whole in a batch, and ranges of its buffer: the columns that readers of many flows share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from typing import Self

    from vitne.identify.raw_hits import RawHits
    from vitne.model import StreamBatch

_TCP = 6


class Wholes(NamedTuple):
    """Flows of a batch, as columns."""

    piece: np.ndarray  # of the client's side
    both: np.ndarray  # whether the piece behind it is the server's
    flow: np.ndarray  # number in the walk

    def chosen(self, which: np.ndarray) -> Self:
        """Give some of them, by number or by a bool for each."""
        return type(self)(*(column[which] for column in self))

    def sides(self, batch: StreamBatch) -> np.ndarray:
        """Give where the bytes of client and server begin and end in the buffer; 0, 0 for no server's."""
        other = np.minimum(self.piece + self.both, max(len(batch.flow) - 1, 0))
        server = [np.where(self.both, column[other], 0) for column in (batch.start, batch.end)]
        return np.stack([batch.start[self.piece], batch.end[self.piece], *server], axis=1)

    def mark(self, taken: np.ndarray) -> None:
        """Mark the pieces of these flows."""
        taken[self.piece] = True
        taken[self.piece[self.both] + 1] = True


def whole_flows(batch: StreamBatch, flows: np.ndarray, hits: RawHits, *, going: int | None) -> Wholes:
    """Give the TCP flows whose clients say something, that lie whole in a batch and hold no raw hit.

    Of the last flow of a batch nobody can tell; ``going`` is the flow that goes on from the batch before.
    """
    count = len(batch.flow)
    first = np.flatnonzero(np.append(True, batch.flow[1:] != batch.flow[:-1])) if count else np.zeros(0, int)
    pieces = np.diff(np.append(first, count))
    number = batch.flow[first]
    fine = _filled(batch) & batch.last
    fine[hits.piece[~hits.weak & (hits.piece >= 0)]] = False
    both = pieces == 2
    other = np.minimum(first + 1, max(count - 1, 0))
    good = fine[first] & (batch.side[first] == 0) & (pieces <= 2)
    good &= ~both | (fine[other] & (batch.side[other] == 1))
    good &= flows["protocol"][number] == _TCP
    good[-1:] = False
    if going is not None:
        good &= number != going
    return Wholes(first[good], both[good], number[good])


def _filled(batch: StreamBatch) -> np.ndarray:
    """Say which pieces hold something, and no hole."""
    edges = np.searchsorted(batch.run_piece, np.arange(len(batch.flow) + 1))
    filled: np.ndarray = (batch.end > batch.start) & (edges[1:] > edges[:-1])
    first, last = edges[:-1][filled], edges[1:][filled] - 1
    reach = batch.run_offset[last] + batch.run_length[last] - batch.run_offset[first]
    filled[filled] = reach == (batch.end - batch.start)[filled]
    return filled


def rows_of(batch: StreamBatch, places: np.ndarray) -> tuple[list[int], list[int]]:
    """Give the least and the greatest row of the packets that hold each range of the buffer."""
    if not len(places):
        return [], []
    low = np.searchsorted(batch.run_position, places[:, 0], side="right") - 1
    high = np.maximum(np.searchsorted(batch.run_position, places[:, 1], side="left"), low + 1)
    bounds = np.stack([low, high], axis=1).ravel()
    rows = np.append(batch.run_row, batch.run_row[-1:])  # a range may end with the last run
    return np.minimum.reduceat(rows, bounds)[::2].tolist(), np.maximum.reduceat(rows, bounds)[::2].tolist()


def behind(batch: StreamBatch, places: np.ndarray) -> list[int]:
    """Give the stream offset behind each range of the buffer."""
    at = places[:, 1] - 1
    run = np.searchsorted(batch.run_position, at, side="right") - 1
    ends: list[int] = (batch.run_offset[run] + at - batch.run_position[run] + 1).tolist()
    return ends
