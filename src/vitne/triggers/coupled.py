"""First test: are events followed by transmissions more often than other moments of their strata.

Each event is moved to a random moment of its stratum, many times; the greatest standardised count over all
windows is compared with what the moved events give, so that the search for the best window is paid for.
It says that the two go together, never that one causes the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.triggers.bursts import WINDOWS_S, responses, waits
from vitne.triggers.intervals import bootstrap_mean, wilson
from vitne.triggers.strata import Sessions, strata

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 1999
LEAST_SD = 0.35  # of a count: keeps rare destinations from giving infinite scores
_AT_ONCE = 2_000_000  # moved events held at one time


class Coupling(msgspec.Struct, frozen=True, kw_only=True):
    """Outcome of the first test."""

    p: float  # probability of so great a count if nothing linked the two
    window_s: float  # window with the greatest score
    events: int
    hits: int  # events answered within the window
    expected: float  # of them by chance
    excess: float  # (hits - expected) / events, 0 to 1
    excess_low: float  # 95 % interval
    excess_high: float
    share_low: float  # 95 % interval of hits / events
    share_high: float
    lift: float | None  # hits / expected; None where nothing is expected
    attributable: float  # share of all bursts that the excess makes up
    latency_s: tuple[float, float, float] | None  # lower quartile, median, upper quartile of the answered
    next_s: float | None  # median wait until the next burst, whatever the window; None where none comes
    waits: tuple[float, ...]  # per event, seconds to the next burst; inf for none


def coupling(  # noqa: PLR0913  (columns and the conditions of one test)
    events: NDArray[np.float64],
    bursts: NDArray[np.float64],
    *,
    sessions: Sessions | None,
    span: tuple[float, float],
    chance: np.random.Generator,
    early_s: float = 0.0,
    draws: int = DRAWS,
) -> Coupling:
    """Test one kind of event against one destination; ``span`` is the observation in seconds.

    There has to be at least one event.
    """
    low, high = strata(events, sessions, begin_s=span[0], end_s=span[1])
    waiting = waits(events, bursts, early_s)
    seen = responses(waiting)
    moved = _moved(low, high, bursts, early_s=early_s, draws=draws, chance=chance)
    mean, sd = moved.mean(axis=0), np.maximum(moved.std(axis=0), LEAST_SD)
    scores = (seen - mean) / sd
    rivals = ((moved - mean) / sd).max(axis=1)
    best = int(scores.argmax()) if seen.any() else len(WINDOWS_S) - 1
    p = float((1 + np.count_nonzero(rivals >= scores[best] - 1e-9)) / (draws + 1))
    return _told(best, p=p, waiting=waiting, expected=float(mean[best]), bursts=len(bursts), chance=chance)


def _moved(  # noqa: PLR0913  (columns of one draw)
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    bursts: NDArray[np.float64],
    *,
    early_s: float,
    draws: int,
    chance: np.random.Generator,
) -> NDArray[np.int64]:
    """Count responses of events moved inside their strata: one row a draw, one column a window."""
    step = max(1, _AT_ONCE // max(len(low), 1))
    rows = []
    for begin in range(0, draws, step):
        some = min(step, draws - begin)
        places = low + chance.random((some, len(low))) * (high - low)
        rows.append(responses(waits(places, bursts, early_s)))
    return np.concatenate(rows)


def _told(  # noqa: PLR0913  (parts of one outcome)
    best: int,
    *,
    p: float,
    waiting: NDArray[np.float64],
    expected: float,
    bursts: int,
    chance: np.random.Generator,
) -> Coupling:
    window = WINDOWS_S[best]
    answered = waiting <= window
    hits, count = int(answered.sum()), len(waiting)
    share = wilson(hits, count)
    low, high = bootstrap_mean(answered.astype(np.float64), chance)
    if low == high:  # all alike: resampling knows no doubt, the interval of a share does
        low, high = share
    by_chance = expected / count
    latency = np.quantile(waiting[answered], (0.25, 0.5, 0.75)).tolist() if hits else None
    return Coupling(
        p=p,
        window_s=window,
        events=count,
        hits=hits,
        expected=expected,
        excess=hits / count - by_chance,
        excess_low=low - by_chance,
        excess_high=high - by_chance,
        share_low=share[0],
        share_high=share[1],
        lift=hits / expected if expected > 0 else None,
        attributable=max(0.0, (hits - expected) / bursts) if bursts else 0.0,
        latency_s=(latency[0], latency[1], latency[2]) if latency else None,
        next_s=float(np.median(waiting[np.isfinite(waiting)])) if np.isfinite(waiting).any() else None,
        waits=tuple(waiting.tolist()),
    )
