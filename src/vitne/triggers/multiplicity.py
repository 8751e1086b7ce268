"""Many tests at once.

Claims are corrected after Holm (1979), looking around after Benjamini and Hochberg (1995).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def holm(p: Sequence[float]) -> list[float]:
    """Give p-values corrected so that all claims of a family hold at once with their level."""
    order = sorted(range(len(p)), key=p.__getitem__)
    out = [1.0] * len(p)
    most = 0.0
    for rank, index in enumerate(order):
        most = max(most, min(1.0, p[index] * (len(p) - rank)))
        out[index] = most
    return out


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Give the least rate of false discoveries at which each would be counted as one."""
    order = sorted(range(len(p)), key=p.__getitem__, reverse=True)
    out = [1.0] * len(p)
    least = 1.0
    for back, index in enumerate(order):
        least = min(least, p[index] * len(p) / (len(p) - back))
        out[index] = least
    return out
