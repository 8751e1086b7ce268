"""Transmissions to one destination become bursts, and events wait for the next of them.

Times are seconds from the beginning of the observation, ascending, as float64 columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MERGE_S = 3.0  # transmissions closer than this to the one before belong to its burst
WINDOWS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds after an event in which a burst counts as a response


def burst_starts(times: NDArray[np.float64], merge_s: float = MERGE_S) -> NDArray[np.float64]:
    """Give the first moment of each burst; ``times`` need not be sorted."""
    if len(times) == 0:
        return np.zeros(0)
    ordered = np.sort(times)
    first = np.empty(len(ordered), dtype=bool)
    first[0] = True
    np.greater_equal(np.diff(ordered), merge_s, out=first[1:])
    return ordered[first]


def waits(
    events: NDArray[np.float64], bursts: NDArray[np.float64], early_s: float = 0.0
) -> NDArray[np.float64]:
    """Give the seconds from each event to the first burst behind ``event - early_s``; inf where none comes.

    ``early_s`` is how far the event's clock may run ahead of the capture's; waits may be that much below 0.
    """
    if len(bursts) == 0:
        return np.full(events.shape, np.inf)
    behind = np.append(bursts, np.inf)
    out: NDArray[np.float64] = behind[np.searchsorted(bursts, events - early_s, side="right")] - events
    return out


def responses(waiting: NDArray[np.float64], windows: Sequence[float] = WINDOWS_S) -> NDArray[np.int64]:
    """Count the events that were answered within each window; the last axis of ``waiting`` is the events."""
    return np.stack([(waiting <= w).sum(axis=-1) for w in windows], axis=-1)
