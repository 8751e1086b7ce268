"""Many tests at once: probabilities corrected for how many were looked at (Holm 1979)."""

from __future__ import annotations

from math import exp, inf, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def holm(chances: Sequence[float], *, looked_at: int | None = None) -> list[float]:
    """Give each probability corrected by Holm's step-down method, in the order given.

    ``looked_at`` is the number of tests made where that is more than those given: what was tried and not
    listed counts too.
    """
    logs = [log(each) if each > 0 else -inf for each in chances]
    return [exp(each) for each in holm_logs(logs, looked_at=looked_at)]


def holm_logs(logs: Sequence[float], *, looked_at: int | None = None) -> list[float]:
    """Give the same of natural logarithms, which can be of chances too small for a double."""
    count = max(len(logs), looked_at or 0)
    out = [0.0] * len(logs)
    least = -inf
    for rank, at in enumerate(sorted(range(len(logs)), key=lambda index: logs[index])):
        least = max(least, min(0.0, logs[at] + log(count - rank)))
        out[at] = least
    return out
