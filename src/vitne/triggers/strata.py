"""The stretch of time in which an event might as well have happened: its stratum.

Inside a stratum the phone is taken to be equally busy.  With a log of the screen it is the stretch in which
the screen was lit; without, a cell of a fixed grid, for only fixed intervals keep the test exact
(Platkiewicz et al. 2017, Amarasingham et al. 2012: intervals centred on the event see structure in noise).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL_S = 60.0  # longest cell of the grid, seconds


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """Stretches in which the screen was lit, ascending and apart from one another."""

    begin: np.ndarray  # seconds, float64
    end: np.ndarray  # seconds, float64, each greater than its begin

    def __len__(self) -> int:
        return len(self.begin)

    def of(self, times: NDArray[np.float64]) -> NDArray[np.int64]:
        """Give the number of the session each time lies in, -1 for none."""
        if not len(self.begin):
            return np.full(times.shape, -1, dtype=np.int64)
        at = np.searchsorted(self.begin, times, side="right") - 1
        inside = (at >= 0) & (times < self.end[np.maximum(at, 0)])
        return np.where(inside, at, -1).astype(np.int64)


def sessions_from(lit: NDArray[np.float64], dark: NDArray[np.float64], *, end_s: float) -> Sessions:
    """Pair each lit with the next dark; a screen lit again while lit stays one session."""
    times = np.concatenate([lit, dark])
    on = np.concatenate([np.ones(len(lit), dtype=bool), np.zeros(len(dark), dtype=bool)])
    order = np.lexsort((on, times))  # at one moment dark comes before lit
    begins: list[float] = []
    ends: list[float] = []
    open_at: float | None = None
    for index in order.tolist():
        now = float(times[index])
        if on[index]:
            open_at = now if open_at is None else open_at
        elif open_at is not None:
            if now > open_at:
                begins.append(open_at)
                ends.append(now)
            open_at = None
    if open_at is not None and end_s > open_at:
        begins.append(open_at)
        ends.append(end_s)
    return Sessions(begin=np.array(begins, dtype=np.float64), end=np.array(ends, dtype=np.float64))


def strata(
    events: NDArray[np.float64], sessions: Sessions | None, *, begin_s: float, end_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give begin and end of each event's stratum: its session, else its cell of the grid."""
    cell = np.floor(events / CELL_S) * CELL_S
    low, high = np.maximum(cell, begin_s), np.minimum(cell + CELL_S, end_s)
    if sessions is not None and len(sessions):
        number = sessions.of(events)
        inside = number >= 0
        picked = np.maximum(number, 0)
        low = np.where(inside, np.maximum(sessions.begin[picked], begin_s), low)
        high = np.where(inside, np.minimum(sessions.end[picked], end_s), high)
    return low, np.maximum(high, low)
