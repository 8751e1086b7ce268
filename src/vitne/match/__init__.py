"""Matching: what a case saw being sent beside what stands in a firmware.

The doors are ``match()`` and the renderings ``text()`` and ``page()``.
"""

from vitne.match.joining import match
from vitne.match.shape import SCHEMA, Match

__all__ = ["SCHEMA", "Match", "match"]
