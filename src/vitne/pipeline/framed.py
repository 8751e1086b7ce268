"""Conversations that the kernel frames: which flows of a batch are plain HTTP, and where messages are."""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vitne.kernel.http import plain_http
from vitne.model import Side

if TYPE_CHECKING:
    from vitne.identify.raw_hits import RawHits
    from vitne.model import StreamBatch

_TCP = 6
_ASKS = np.isin(np.arange(256), list(b"GPDO"))  # first letters of the methods that the kernel knows
WEAK, STRONG = 1, 2
"""What a hit of raw search is worth: a weak one counts with a key or in company alone."""
_ANSWERS = 0x48  # H of HTTP/1


class Row(NamedTuple):
    """One message; positions count in the batch (see ``vitne.kernel.http.MESSAGE``)."""

    exchange: int
    side: int
    start: int
    body: int
    end: int
    status: int
    method_end: int
    target: int
    target_end: int
    host: int
    host_end: int
    type: int
    type_end: int
    coding: int
    coding_end: int
    chunked: int
    first_line: int
    lines: int


class Exchange:
    """One plain conversation: its requests, their answers, and which of them hold a hit of raw search."""

    __slots__ = ("_rows", "hit", "lines", "own")

    def __init__(self, rows: np.ndarray, hit: list[int], own: list[bool], lines: np.ndarray) -> None:
        self._rows: np.ndarray | list[Row] = rows  # of numbers, until somebody asks
        self.hit = hit  # per request, then per answer: 0 no hit of raw search, WEAK or STRONG
        self.own = own  # per message as above: whether a hit is one of a value that the capture does not tell
        self.lines = lines  # header lines of the batch: begin, end, begin of the value

    def _made(self) -> list[Row]:
        if isinstance(self._rows, np.ndarray):
            self._rows = list(starmap(Row, self._rows.tolist()))
        return self._rows

    @property
    def asked(self) -> list[Row]:
        """Give the requests."""
        rows = self._made()
        return rows[: len(rows) // 2]

    @property
    def answered(self) -> list[Row]:
        """Give the answers: each request has its own."""
        rows = self._made()
        return rows[len(rows) // 2 :]


def exchanges(
    batch: StreamBatch,
    protocols: np.ndarray,
    hits: RawHits,
    *,
    wanted: np.ndarray | None = None,
    own: np.ndarray | None = None,
) -> dict[int, Exchange]:
    """Give the plain conversations of a batch by their flow; ``protocols`` are those of all flows.

    ``hits`` are all places at which a known value may stand, weak ones too; ``wanted`` says which pieces are
    asked about, None for all; ``own`` says which hits are of values that the capture itself does not tell,
    None for all.
    """
    asking = _whole(batch, protocols)
    if wanted is not None:
        asking = asking[wanted[asking]]
    if not len(asking):
        return {}
    ends = np.stack(
        [batch.start[asking], batch.end[asking], batch.start[asking + 1], batch.end[asking + 1]], axis=1
    )
    plain, rows, lines = plain_http(batch.data, ends)
    if not plain.any():
        return {}
    strong = ~hits.weak
    touched = _touched(rows, hits.start, hits.end).astype(int) * WEAK
    touched[_touched(rows, hits.start[strong], hits.end[strong])] = STRONG
    owned = (touched > 0 if own is None else _touched(rows, hits.start[own], hits.end[own])).tolist()
    every, told = _numbers(rows), _numbers(lines)
    flows = batch.flow[asking].tolist()
    edges = np.searchsorted(rows["exchange"], np.flatnonzero(plain)).tolist()
    numbers, hit = rows["exchange"][edges].tolist(), touched.tolist()
    found = {}
    for number, low, high in zip(numbers, edges, [*edges[1:], len(every)], strict=True):
        found[flows[number]] = Exchange(every[low:high], hit[low:high], owned[low:high], told)
    return found


def _whole(batch: StreamBatch, protocols: np.ndarray) -> np.ndarray:
    """Give the pieces that ask, of TCP flows of which both sides lie in the batch whole and without holes."""
    if len(batch.flow) < len(Side):
        return np.zeros(0, dtype=np.int64)
    first = np.searchsorted(batch.run_piece, np.arange(len(batch.flow)))
    behind = np.append(first[1:], len(batch.run_piece)) - 1
    size = batch.end - batch.start
    filled = size > 0
    first, behind = first[filled], behind[filled]
    reach = batch.run_offset[behind] + batch.run_length[behind] - batch.run_offset[first]
    whole = np.zeros(len(size), dtype=bool)
    whole[filled] = (reach == size[filled]) & (batch.run_offset[first] == batch.base[filled])
    whole &= batch.last
    begins = batch.data[np.minimum(batch.start, len(batch.data) - 1)] if len(batch.data) else batch.start
    pair = whole[:-1] & whole[1:] & (batch.flow[:-1] == batch.flow[1:])
    pair &= (batch.side[:-1] == 0) & (batch.side[1:] == 1)
    pair &= _ASKS[begins[:-1]] & (begins[1:] == _ANSWERS)
    asking = np.flatnonzero(pair)
    alone = (asking == 0) | (batch.flow[np.maximum(asking - 1, 0)] != batch.flow[asking])
    chosen: np.ndarray = asking[alone & (protocols[batch.flow[asking]] == _TCP)]
    return chosen


def _numbers(rows: np.ndarray) -> np.ndarray:
    """Give rows of numbers that are all of one size as a table."""
    table: np.ndarray = rows.view(np.int64).reshape(len(rows), len(rows.dtype.names or ()))
    return table


def _touched(rows: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Say for each message whether a hit lies in it or reaches into it."""
    low, high = np.searchsorted(start, rows["start"]), np.searchsorted(start, rows["end"])
    reach = np.maximum.accumulate(np.append(np.int64(-1), end))
    touched: np.ndarray = (high > low) | (reach[low] > rows["start"])
    return touched


def named(exchange: Exchange) -> bool:
    """Say whether each request names its host."""
    return all(row.host_end > row.host for row in exchange.asked)


def bytes_of(view: Any, start: int, end: int) -> bytes:
    """Give bytes of a piece by their positions in the batch."""
    data: bytes = view.data[start - view.start : end - view.start]
    return data
