"""Exact statistics: counts in, probabilities out; no approximation, no chance, no library.

The doors are ``fisher()``, ``rates()``, ``interval()``, ``holm()`` and ``relabellings()``.
"""

from vitne.exact.counts import fisher, fisher_log, interval, rates, tail
from vitne.exact.families import holm, holm_logs
from vitne.exact.partitions import relabellings

__all__ = ["fisher", "fisher_log", "holm", "holm_logs", "interval", "rates", "relabellings", "tail"]
