"""Patterns of equal and unequal values over runs: how likely one pattern is another's by chance.

If which run got which value were drawn anew, every relabelling of the runs that keeps the sizes of the groups
would be as likely as any other; of those exactly one is the pattern that was planned.
"""

from __future__ import annotations

from collections import Counter
from math import factorial, prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


def relabellings(values: Sequence[Hashable]) -> int:
    """Count the different patterns of equality with the same sizes of groups as these values.

    For n runs in two equal groups that is C(n, n/2) / 2, so that p = 1 / relabellings = 2 / C(n, n/2).
    """
    sizes = Counter(values).values()
    alike = Counter(sizes).values()
    return factorial(len(values)) // (prod(map(factorial, sizes)) * prod(map(factorial, alike)))
