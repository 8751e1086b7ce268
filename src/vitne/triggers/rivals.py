"""Other explanations of a coupling: an event at the same time, or one that stands between.

Counts are compared by Fisher's exact test, one-sided.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.triggers.bursts import waits

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEARER = 0.6  # what stands between is this much nearer to the transmission, at least
BESIDE_S = 10.0  # two events this near to one another occur together


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """How a second kind of event lies between the first and the transmissions."""

    with_it: tuple[int, int]  # answered, all: first events that the second followed before the answer
    without: tuple[int, int]  # answered, all: first events that it did not follow
    p: float  # that the first share is greater by chance
    first_latency_s: float | None  # median wait since the first event
    first_spread_s: float | None  # interquartile range of the waits since the first event
    second_spread_s: float | None  # since the second
    second_latency_s: float | None  # median wait since the second

    @property
    def explains(self) -> bool:
        """Tell whether the second event stands nearer to the transmissions than the first."""
        hits, of = self.with_it
        if hits < 3 or hits < 0.8 * (hits + self.without[0]):
            return False
        if self.first_latency_s is None or self.second_latency_s is None:
            return False
        if self.second_latency_s > NEARER * self.first_latency_s:
            return False
        if self.p <= 0.05:
            return True
        if self.first_spread_s is None or self.second_spread_s is None:
            return False
        return of > 0 and self.second_spread_s < 0.5 * self.first_spread_s


def fisher(hits: tuple[int, int], of: tuple[int, int]) -> float:
    """Give the probability of at least so many hits on the first side, were both sides alike."""
    total, all_hits = sum(of), sum(hits)
    ways = math.comb(total, all_hits)
    most = min(of[0], all_hits)
    good = sum(math.comb(of[0], k) * math.comb(of[1], all_hits - k) for k in range(hits[0], most + 1))
    return min(1.0, good / ways) if ways else 1.0


def between(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    bursts: NDArray[np.float64],
    *,
    window_s: float,
    early_s: float = 0.0,
) -> Between:
    """Look at each first event, whether the second followed, and whether the transmission came after both."""
    till_burst = waits(first, bursts, early_s)
    till_second = waits(first, second, early_s)
    answered = till_burst <= window_s
    followed = till_second <= np.where(answered, till_burst + early_s, window_s)
    counts = [(int((answered & side).sum()), int(side.sum())) for side in (followed, ~followed)]
    own = till_burst[answered & followed]
    since = waits((first + till_second)[answered & followed], bursts, early_s)
    return Between(
        with_it=counts[0],
        without=counts[1],
        p=fisher((counts[0][0], counts[1][0]), (counts[0][1], counts[1][1])),
        first_latency_s=float(np.median(own)) if len(own) else None,
        first_spread_s=_spread(own),
        second_spread_s=_spread(since),
        second_latency_s=float(np.median(since)) if len(since) else None,
    )


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """How often events are answered that had another kind beside them, and those that had not."""

    with_it: tuple[int, int]  # answered, all
    alone: tuple[int, int]  # answered, all
    p: float  # that those with it are answered more often by chance


def beside(
    events: NDArray[np.float64],
    other: NDArray[np.float64],
    answered: NDArray[np.bool_],
) -> Beside:
    """Split events by whether another kind lies within ten seconds to either side."""
    near = waits(events, np.sort(other), BESIDE_S) <= BESIDE_S
    counts = [(int((answered & side).sum()), int(side.sum())) for side in (near, ~near)]
    p = fisher((counts[0][0], counts[1][0]), (counts[0][1], counts[1][1]))
    return Beside(with_it=counts[0], alone=counts[1], p=p)


def _spread(values: NDArray[np.float64]) -> float | None:
    finite = values[np.isfinite(values)]
    if len(finite) < 3:
        return None
    low, high = np.quantile(finite, (0.25, 0.75)).tolist()
    return float(high - low)
