"""What the commands about destinations print as JSON."""

from __future__ import annotations

import msgspec

from vitne.attribute.ladder import Rungs
from vitne.model.attribution import Attribution

ATTRIBUTION, DESTINATIONS = "vitne-attribution/1", "vitne-destinations/1"


class Attributed(msgspec.Struct, frozen=True, kw_only=True):
    """Each destination of a case with what is known of it, fact by fact."""

    format: str = ATTRIBUTION  # of this document
    tables: list[str]  # snapshots that were asked, series and day
    destinations: list[Attribution]  # those with findings first


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """One destination: how far data came, and whose it is."""

    ladder: Rungs  # how far data came, and how often
    attribution: Attribution  # whose it is, by whom


class Destinations(msgspec.Struct, frozen=True, kw_only=True):
    """Who got data, how far it came, and how often."""

    format: str = DESTINATIONS  # of this document
    tables: list[str]  # snapshots that were asked, series and day
    destinations: list[Reached]  # most findings first
