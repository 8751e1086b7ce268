"""Many tests at once: probabilities corrected for how many were looked at (Holm 1979)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def holm(chances: Sequence[float], *, looked_at: int | None = None) -> list[float]:
    """Give each probability corrected by Holm's step-down method, in the order given.

    ``looked_at`` is the number of tests made where that is more than those given: what was tried and not
    listed counts too.
    """
    count = max(len(chances), looked_at or 0)
    out = [1.0] * len(chances)
    least = 0.0
    for rank, at in enumerate(sorted(range(len(chances)), key=lambda index: chances[index])):
        least = max(least, min(1.0, chances[at] * (count - rank)))
        out[at] = least
    return out
