"""Third test: what a randomised trial says.  Only here may the word *caused* be used.

The order of stimuli and sham slots was drawn beforehand, so if the stimulus does nothing every other order
was as likely: the labels are permuted, and p is exact whatever the background does.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.triggers.bursts import WINDOWS_S
from vitne.triggers.intervals import difference

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 9999
_ALL = 20_000  # so many orders are gone through one by one, and not drawn
_LEAST_SD = 0.35


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Outcome of the third test, for one arm against the sham arm."""

    p: float
    least_p: float  # the least p these slots could have given
    window_s: float
    stimuli: int  # slots with the stimulus
    shams: int
    stimulus_hits: int  # slots answered within the window
    sham_hits: int
    effect: float  # difference of the shares
    effect_low: float  # 95 % interval
    effect_high: float
    latency_s: tuple[float, float, float] | None  # quartiles over the answered stimulus slots
    exact: bool  # all orders were gone through


def trial(
    waiting: NDArray[np.float64],
    stimulus: NDArray[np.bool_],
    *,
    chance: np.random.Generator,
    longest_s: float = math.inf,
    draws: int = DRAWS,
) -> Trial:
    """Test slots, given the seconds from each to the next burst (inf for none), and which had the stimulus.

    Windows longer than ``longest_s`` (the slots' length) are not looked at.  Both arms need a slot.
    """
    windows = np.array([w for w in WINDOWS_S if w <= longest_s] or [longest_s])
    count, with_it = len(waiting), int(stimulus.sum())
    waiting = waiting.round(3)  # clocks tell no more: what is nearer is alike
    hit = waiting[:, None] <= windows  # slot, window
    orders, exact = _orders(count, with_it, chance=chance, draws=draws)
    score = _scores(hit, waiting, orders)
    own = _scores(hit, waiting, stimulus[None, :])[0]
    as_great = int(np.count_nonzero(score >= own - 1e-12))
    p = as_great / len(score) if exact else (1 + as_great) / (draws + 1)
    best = int(_standardised(hit, stimulus[None, :])[0].argmax())
    hits = int(hit[stimulus, best].sum()), int(hit[~stimulus, best].sum())
    gap, low, high = difference(hits, (with_it, count - with_it))
    answered = waiting[stimulus & hit[:, best]]
    quartiles = np.quantile(answered, (0.25, 0.5, 0.75)).tolist() if len(answered) else None
    return Trial(
        p=p,
        least_p=1 / math.comb(count, with_it) if exact else 1 / (draws + 1),
        window_s=float(windows[best]),
        stimuli=with_it,
        shams=count - with_it,
        stimulus_hits=hits[0],
        sham_hits=hits[1],
        effect=gap,
        effect_low=low,
        effect_high=high,
        latency_s=(quartiles[0], quartiles[1], quartiles[2]) if quartiles else None,
        exact=exact,
    )


def _orders(
    count: int, with_it: int, *, chance: np.random.Generator, draws: int
) -> tuple[NDArray[np.bool_], bool]:
    """Give orders of the slots, one a row: all there are, or as many as are drawn."""
    if math.comb(count, with_it) <= _ALL:
        chosen = np.array(list(itertools.combinations(range(count), with_it)), dtype=np.int64)
        orders = np.zeros((len(chosen), count), dtype=bool)
        np.put_along_axis(orders, chosen, values=True, axis=1)
        return orders, True
    ranks = chance.random((draws, count)).argsort(axis=1)
    return ranks < with_it, False


def _standardised(hit: NDArray[np.bool_], orders: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give per order and window the answered stimulus slots, standardised by the hypergeometric law."""
    count, with_it = hit.shape[0], int(orders[0].sum())
    total = hit.sum(axis=0).astype(np.float64)
    mean = with_it * total / count
    variance = with_it * (count - with_it) * total * (count - total) / (count * count * max(count - 1, 1))
    answered = orders.astype(np.float32) @ hit.astype(np.float32)
    out: NDArray[np.float64] = (answered - mean) / np.maximum(np.sqrt(variance), _LEAST_SD)
    return out


def _scores(
    hit: NDArray[np.bool_], waiting: NDArray[np.float64], orders: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give the score of each order: the greatest standardised count; ties go to the shorter waits.

    The second part never turns over the first: it only splits the many orders with equal counts, by the mean
    rank of the stimulus slots among all waits, so that p is not coarse.
    """
    score = _standardised(hit, orders).max(axis=1).round(6)
    order = waiting.argsort(kind="stable")
    ranks = np.empty(len(waiting))
    ranks[order] = np.arange(len(waiting))
    same = waiting[order]
    for begin, end in _ties(same):
        ranks[order[begin:end]] = (begin + end - 1) / 2
    mean = (orders @ ranks) / orders.sum(axis=1) / max(len(waiting), 1)
    out: NDArray[np.float64] = score - 1e-7 * mean
    return out


def _ties(ordered: NDArray[np.float64]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])).tolist()
    ends = [*edges[1:], len(ordered)]
    return [(begin, end) for begin, end in zip(edges, ends, strict=True) if end - begin > 1]
