"""Comparing: what changed between two halves of captures, per recipient and identifier.

The doors are ``look_of()``, ``compare()`` and the renderings ``text()`` and ``page()``.
"""

from vitne.compare.halves import Half, Logged, Look, look_of
from vitne.compare.shape import SCHEMA, Change, Comparison
from vitne.compare.verdicts import compare

__all__ = ["SCHEMA", "Change", "Comparison", "Half", "Logged", "Look", "compare", "look_of"]
