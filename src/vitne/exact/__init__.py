"""Exact statistics: counts in, probabilities out; no approximation, no chance, no library.

The doors are ``fisher()``, ``rates()``, ``interval()``, ``holm()`` and ``relabellings()``.
"""

from vitne.exact.counts import fisher, interval, rates, tail
from vitne.exact.families import holm
from vitne.exact.partitions import relabellings

__all__ = ["fisher", "holm", "interval", "rates", "relabellings", "tail"]
