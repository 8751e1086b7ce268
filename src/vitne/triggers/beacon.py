"""Timers: contacts that come at a steady period need no event to explain them, so they are looked for first.

A scan of the spectrum (Rayleigh, with the first harmonics) proposes periods; the regularity of the intervals
between contacts decides: under no timer they fall near a multiple of a period as often as the width allows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.triggers.intervals import upper_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 6  # contacts without which no period is looked for
_TOLERANCE = 0.1  # an interval fits a period when it lies this near a multiple, in periods
_MULTIPLES = 3  # a contact or two may be missing
_CANDIDATES = 12
_CELLS = 1 << 20  # of the spectrum's time line, at most
_MOST = 4000  # contacts looked at


class Beacon(msgspec.Struct, frozen=True, kw_only=True):
    """A steady period among the contacts."""

    period_s: float  # seconds
    jitter_s: float  # median distance of an interval from its multiple of the period
    share: float  # of the intervals that fit
    p: float  # probability of so many fits without a timer, after correction for the periods tried
    intervals: int  # between contacts that were looked at


def beacon(bursts: NDArray[np.float64]) -> Beacon | None:
    """Give the steadiest period of sorted contacts in seconds, or None where p is above 0.01."""
    times = bursts[:_MOST]
    if len(times) < LEAST:
        return None
    gaps = np.diff(times)
    gaps = gaps[gaps > 0]
    if len(gaps) < LEAST - 1:
        return None
    best: Beacon | None = None
    for period in _candidates(times, gaps):
        found = _regularity(gaps, period)
        if best is None or (found.p, -found.share) < (best.p, -best.share):
            best = found
    return best if best is not None and best.p <= 0.01 and best.share >= 0.5 else None


def _candidates(times: NDArray[np.float64], gaps: NDArray[np.float64]) -> list[float]:
    """Give periods worth a look: the median interval, and the peaks of the spectrum from 5 s to a day."""
    span = float(times[-1] - times[0])
    cell = max(1.0, span / _CELLS)
    line = np.bincount(((times - times[0]) / cell).astype(np.int64)).astype(np.float64)
    power = np.abs(np.fft.rfft(line - line.mean(), 2 * len(line))) ** 2 / len(times)
    harmonics = power.copy()
    for h in (2, 3):
        part = power[::h]
        harmonics[: len(part)] += part
    periods = 2 * len(line) * cell / np.maximum(np.arange(len(power)), 1)
    harmonics[(periods < 5) | (periods > min(86_400.0, span / 3))] = 0
    harmonics[0] = 0
    order = np.argsort(harmonics)[::-1][: _CANDIDATES - 1]
    return [float(np.median(gaps)), *periods[order].tolist()]


def _regularity(gaps: NDArray[np.float64], period: float) -> Beacon:
    for _ in range(3):  # the spectrum is coarse: let the fitting intervals say the period
        count = np.clip(np.round(gaps / period), 1, _MULTIPLES)
        fits = np.abs(gaps / period - count) <= _TOLERANCE
        if not fits.any():
            break
        period = float(np.median(gaps[fits] / count[fits]))
    off = np.abs(gaps / period - np.clip(np.round(gaps / period), 1, _MULTIPLES))
    fits = off <= _TOLERANCE
    share, by_chance = float(fits.mean()), 2 * _TOLERANCE
    z = (share - by_chance) / math.sqrt(by_chance * (1 - by_chance) / len(gaps))
    jitter = float(np.median(off[fits]) * period) if fits.any() else period
    p = min(1.0, upper_tail(z) * _CANDIDATES)
    return Beacon(period_s=period, jitter_s=jitter, share=share, p=p, intervals=len(gaps))
