"""Counts against counts: exact tests of two shares and of two rates, and the interval of one share.

Methods: Fisher's exact test (the sum of all tables no likelier than the one seen), the conditional binomial
test of two Poisson rates (Przyborowski and Wilenski 1940), the interval of Clopper and Pearson (1934).
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log1p
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SLACK = 1e-7
"""Relative difference below which two probabilities count as equal: rounding of logarithms."""
_NEGLIGIBLE = 60.0
"""Logarithm of the ratio below which falling terms no longer change the double of their sum."""
_MOST_ROUNDS = 80
"""Halvings of a bisection: the double's 53 bits are settled before."""


@lru_cache(maxsize=65536)
def _choose(n: int, k: int) -> float:
    """Give the logarithm of the number of ways to take k out of n."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def fisher(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Give the two-sided p of Fisher's exact test; each argument is (with, of how many).

    Raises ValueError where a count is negative or greater than its total.
    """
    return exp(fisher_log(first, second))


def fisher_log(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Give the natural logarithm of the same: of large fleets the p itself is too small for a double."""
    (a, n), (b, m) = first, second
    if not (0 <= a <= n and 0 <= b <= m):
        raise ValueError("a count must lie between 0 and its total")
    if n == 0 or m == 0:
        return 0.0
    drawn = a + b
    low, high = max(0, drawn - m), min(drawn, n)
    mode = min(max((n + 1) * (drawn + 1) // (n + m + 2), low), high)
    whole = _choose(n + m, drawn)

    def at(k: int) -> float:
        return _choose(n, k) + _choose(m, drawn - k) - whole

    seen = at(a) + _SLACK
    left = _first(low, mode + 1, lambda k: at(k) > seen) - 1  # tables rise up to the mode, and fall behind it
    right = _first(mode, high + 1, lambda k: at(k) <= seen)
    if left >= right - 1:
        return 0.0
    falling = [_outward(range(left, low - 1, -1), at), _outward(range(right, high + 1), at)]
    return min(0.0, _summed([each for side in falling for each in side]))


def _first(low: int, end: int, holds: Callable[[int], bool]) -> int:
    """Give the first number from which on a condition holds, ``end`` where it never does."""
    while low < end:
        middle = (low + end) // 2
        if holds(middle):
            end = middle
        else:
            low = middle + 1
    return low


def _outward(numbers: range, at: Callable[[int], float]) -> list[float]:
    """Give logarithms of falling terms, up to where another would not change the double of their sum."""
    out: list[float] = []
    for k in numbers:
        out.append(at(k))
        if out[-1] < out[0] - _NEGLIGIBLE:
            break
    return out


def _summed(logs: list[float]) -> float:
    """Give the logarithm of a sum of terms that are given by theirs."""
    most = max(logs)
    return most + log(sum(exp(each - most) for each in logs))


def rates(first: tuple[int, float], second: tuple[int, float]) -> float:
    """Give the two-sided p that two rates are equal; each argument is (events, time looked at).

    Given the sum of the events, those of the first are binomial if the rates are equal.  It takes the events
    as independent, which retries are not: say so beside the number.
    """
    (a, s), (b, t) = first, second
    total = a + b
    if total == 0 or s <= 0 or t <= 0:
        return 1.0
    share = s / (s + t)
    logs = [_choose(total, k) + k * log(share) + (total - k) * log1p(-share) for k in range(total + 1)]
    return min(1.0, sum(exp(each) for each in logs if each <= logs[a] + _SLACK))


def tail(k: int, n: int, share: float) -> float:
    """Give the probability of k or more out of n when each comes with this share."""
    if k <= 0:
        return 1.0
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0

    def at(i: int) -> float:
        return _choose(n, i) + i * log(share) + (n - i) * log1p(-share)

    if k > n:
        return 0.0
    if k > (n + 1) * share:  # terms fall from here on
        return min(1.0, exp(_summed(_outward(range(k, n + 1), at))))
    return max(0.0, 1.0 - exp(_summed(_outward(range(k - 1, -1, -1), at))))


def interval(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Give the interval of Clopper and Pearson for a share of which k of n were seen; (0, 1) for n of 0."""
    if n == 0:
        return 0.0, 1.0
    rest = (1 - level) / 2
    low = 0.0 if k == 0 else _root(lambda share: tail(k, n, share) < rest)
    high = 1.0 if k == n else _root(lambda share: 1 - tail(k + 1, n, share) > rest)
    return low, high


def _root(below: Callable[[float], bool]) -> float:
    """Give the share up to which a condition holds."""
    low, high = 0.0, 1.0
    for _ in range(_MOST_ROUNDS):
        middle = (low + high) / 2
        if below(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2
