"""Second test: does this destination follow the events more than the phone's others do.

Every burst of the phone is counted as soon after an event or not, and as to this destination or another,
apart for each session (Cochran 1954; Mantel and Haenszel 1959, with continuity correction, one-sided).  Where
all destinations become busy at an unlock, they do so on both sides of the table, and nothing is claimed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.triggers.intervals import Z95, upper_tail
from vitne.triggers.strata import Sessions

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOWS_S = (5.0, 10.0, 30.0)  # searched, and paid for by multiplying p
STRETCH_S = 900.0  # without a log of the screen, strata are stretches of so many seconds


class Specificity(msgspec.Struct, frozen=True, kw_only=True):
    """Outcome of the second test."""

    p: float  # after the correction for the windows
    window_s: float
    table: tuple[int, int, int, int]  # this soon, this not, others soon, others not; over all strata
    odds_ratio: float | None  # Mantel-Haenszel; None where it is not finite
    odds_low: float | None  # 95 % interval (Robins, Breslow, Greenland 1986)
    odds_high: float | None


def specificity(
    events: NDArray[np.float64],
    bursts: NDArray[np.float64],
    others: NDArray[np.float64],
    *,
    sessions: Sessions | None,
    early_s: float = 0.0,
) -> Specificity:
    """Test one kind of event and one destination against all others; columns are sorted seconds."""
    best: Specificity | None = None
    events = np.sort(events)
    for window in WINDOWS_S:
        table = _tables(events, bursts, others, sessions=sessions, reach=(early_s, window))
        p = min(1.0, _p(table) * len(WINDOWS_S))
        if best is None or p < best.p:
            odds = _odds(table)
            a, b, c, d = (int(each) for each in table.sum(axis=0))
            best = Specificity(
                p=p,
                window_s=window,
                table=(a, b, c, d),
                odds_ratio=odds[0],
                odds_low=odds[1],
                odds_high=odds[2],
            )
    assert best is not None  # noqa: S101  (there is at least one window)
    return best


def _tables(
    events: NDArray[np.float64],
    bursts: NDArray[np.float64],
    others: NDArray[np.float64],
    *,
    sessions: Sessions | None,
    reach: tuple[float, float],
) -> NDArray[np.float64]:
    """Give one row a stratum: this soon, this not soon, others soon, others not soon."""
    early, window = reach
    columns = []
    numbers = [_stratum(times, sessions, window) for times in (bursts, others)]
    used = np.unique(np.concatenate([each[each >= 0] for each in numbers]))
    for times, number in zip((bursts, others), numbers, strict=True):
        at = np.searchsorted(events, times + early, side="left") - 1  # last event before the burst
        soon = (at >= 0) & (times <= events[np.maximum(at, 0)] + window) if len(events) else at >= 0
        kept = number >= 0
        row = np.searchsorted(used, number[kept])
        columns.append(np.bincount(row[soon[kept]], minlength=len(used)))
        columns.append(np.bincount(row[~soon[kept]], minlength=len(used)))
    return np.stack(columns, axis=1).astype(np.float64)


def _stratum(times: NDArray[np.float64], sessions: Sessions | None, window: float) -> NDArray[np.int64]:
    """Give the stratum of each burst; a session lasts on for the window, for answers may come after it."""
    if sessions is None or not len(sessions):
        return np.floor(times / STRETCH_S).astype(np.int64)
    begin = sessions.begin
    ends = np.minimum(sessions.end + window, np.append(begin[1:], np.inf))
    return Sessions(begin=begin, end=ends).of(times)


def _p(table: NDArray[np.float64]) -> float:
    """Give the one-sided p of Cochran, Mantel and Haenszel; 1 where the tables say nothing."""
    a, b, c, d = table.T
    n = a + b + c + d
    kept = n > 1
    a, b, c, d, n = (each[kept] for each in (a, b, c, d, n))
    expected = (a + b) * (a + c) / n
    variance = float(((a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1))).sum())
    over = float((a - expected).sum()) - 0.5
    if variance <= 0 or over <= 0:
        return 1.0
    return upper_tail(over / math.sqrt(variance))


def _odds(table: NDArray[np.float64]) -> tuple[float | None, float | None, float | None]:
    """Give the Mantel-Haenszel odds ratio with its interval."""
    a, b, c, d = table.T
    n = np.maximum(a + b + c + d, 1)
    up, down = a * d / n, b * c / n
    total_up, total_down = float(up.sum()), float(down.sum())
    if total_up <= 0 or total_down <= 0:
        return None, None, None
    share, rest = (a + d) / n, (b + c) / n
    variance = (
        float((share * up).sum()) / (2 * total_up**2)
        + float((share * down + rest * up).sum()) / (2 * total_up * total_down)
        + float((rest * down).sum()) / (2 * total_down**2)
    )
    ratio, spread = total_up / total_down, Z95 * math.sqrt(variance)
    return ratio, ratio * math.exp(-spread), ratio * math.exp(spread)
