"""Intervals for shares and means, and the tail of the normal law."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z95 = 1.959963984540054  # two-sided 95 % of the normal law


def upper_tail(z: float) -> float:
    """Give the probability that a standard normal value is greater than ``z``."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson 1927, uncorrected); (0, 1) for none of none."""
    if of == 0:
        return 0.0, 1.0
    share, square = hits / of, Z95 * Z95
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z95 * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == of else min(1.0, middle + half)
    return low, high


def difference(hits: tuple[int, int], of: tuple[int, int]) -> tuple[float, float, float]:
    """Give the difference of two shares with its 95 % interval (Newcombe 1998, method 10)."""
    first, second = (hits[i] / of[i] if of[i] else 0.0 for i in (0, 1))
    (low1, high1), (low2, high2) = wilson(hits[0], of[0]), wilson(hits[1], of[1])
    gap = first - second
    low = gap - math.hypot(first - low1, high2 - second)
    high = gap + math.hypot(high1 - first, second - low2)
    return gap, max(low, -1.0), min(high, 1.0)


def bootstrap_mean(values: NDArray[np.float64], chance: np.random.Generator) -> tuple[float, float]:
    """Give the 95 % percentile interval of a mean over 1,999 resamples of at most 1,000 of the values."""
    some = values if len(values) <= 1000 else values[:: -(-len(values) // 1000)]
    picks = chance.integers(0, len(some), size=(1999, len(some)))
    means = np.sort(some[picks].mean(axis=1))
    scale = math.sqrt(len(some) / len(values))
    middle = float(values.mean())
    low, high = float(means[49]), float(means[1949])
    return middle + (low - middle) * scale, middle + (high - middle) * scale
