"""What one recipient can learn, as one document."""

from __future__ import annotations

from typing import Any

import msgspec

from vitne.consequence.following import Following, Miss
from vitne.consequence.hiding import Reversal
from vitne.consequence.joins import Bridge, Join

FORMAT = "vitne-recipient/1"


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What one recipient can learn from what it got."""

    format: str = FORMAT  # of this document
    recipient: str  # name, and what its host stands for
    destinations: tuple[str, ...]  # names, else addresses
    findings: int  # sent to it
    identifiers: tuple[dict[str, Any], ...]  # identifier, values, times, what it outlives
    joins: tuple[Join, ...]  # values that other recipients hold too
    bridges: tuple[Bridge, ...]  # requests that tie what can be reset to what cannot
    hashes: tuple[Reversal, ...]  # hashed values that were found again
    unhidden: tuple[str, ...]  # hashed values whose reversal was not run, and why
    following: Following | None  # None where no cell, coordinate or network was sent
    miss: Miss | None = None  # of the track from the fixes, where the true one was given
