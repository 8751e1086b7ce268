"""How many more events would tell, and what these would have shown."""

from __future__ import annotations

import math
from statistics import NormalDist

from vitne.triggers.coupled import LEAST_SD

SURE = 0.95  # the power that is asked for
ASSUMED = 0.5  # a sender that answers half of the events, where nothing better is known
MOST = 300  # more events than this are not worth naming


def power(events: int, *, by_chance: float, answers: float, level: float) -> float:
    """Give the probability that the first test sees a sender which answers this share of the events.

    ``by_chance`` is the share answered without any link, ``level`` the p that is needed (by the normal law).
    """
    share = by_chance + answers * (1 - by_chance)
    still = max(math.sqrt(events * by_chance * (1 - by_chance)), LEAST_SD)
    moved = max(math.sqrt(events * share * (1 - share)), LEAST_SD)
    needed = NormalDist().inv_cdf(1 - min(max(level, 1e-12), 0.5)) * still
    return NormalDist().cdf((events * (share - by_chance) - needed) / moved)


def more_events(events: int, *, by_chance: float, answers: float, level: float) -> int | None:
    """Give how many further events make the power 0.95; None for more than 300."""
    low, high = events, events + MOST
    if power(high, by_chance=by_chance, answers=answers, level=level) < SURE:
        return None
    while low < high:
        middle = (low + high) // 2
        if power(middle, by_chance=by_chance, answers=answers, level=level) >= SURE:
            high = middle
        else:
            low = middle + 1
    return max(low - events, 1)
