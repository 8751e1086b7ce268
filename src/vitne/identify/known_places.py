"""Known places: what a subject's position is on each datum, how near a reading is, and how rare that is."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.identify.chance import ENOUGH, KEYED, PERHAPS
from vitne.identify.datums import bd09, gcj02
from vitne.identify.overlaps import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import Node, Seed

METRES = 111_195.0  # of one degree of latitude on a sphere of 6371 km
RADIUS = 6_371_000.0  # metres of that sphere
PAIRS_PER_BYTE = 1e-3  # pairs of numbers in text, for the E-value: generous
_DATUM = re.compile(rb"(?i)gcj|bd.?09")  # as parameters of map services name the datums


class View(msgspec.Struct, frozen=True):
    """A known place on one datum."""

    row: int  # of the seed
    seed: Any  # Seed with its position on that datum
    datum: str  # "" for WGS 84
    local: bool  # the datum is the usual one there; elsewhere numbers on it count where it is named

    @property
    def north(self) -> float:
        """Degrees of latitude."""
        return float(self.seed.latitude or 0.0)

    @property
    def east(self) -> float:
        """Degrees of longitude."""
        return float(self.seed.longitude or 0.0)

    @property
    def radius(self) -> float:
        """Metres around the place that count."""
        return float(self.seed.radius_m or 0.0)

    @property
    def reach(self) -> float:
        """Degrees of latitude in which a number may lie, rounded ones too."""
        return self.radius / METRES + 0.0006

    def metres(self, north: float, east: float) -> float:
        """Give the metres between the place and a point, on the sphere (haversine)."""
        if abs(north) > 90 or abs(east) > 180:
            return math.inf
        low, high = math.radians(north), math.radians(self.north)
        turn = math.radians(east - self.east)
        half = math.sin((low - high) / 2) ** 2 + math.cos(low) * math.cos(high) * math.sin(turn / 2) ** 2
        return 2 * RADIUS * math.asin(min(1.0, math.sqrt(half)))


def names_datum(said: bytes) -> bool:
    """Say whether a record names a datum that counts elsewhere only where it does."""
    lower = said.lower()
    return b"gcj" in lower or (b"bd" in lower and _DATUM.search(said) is not None)


class Pair(msgspec.Struct, kw_only=True, eq=False):
    """What stands for a point near a place: a pair of numbers, or a code."""

    found: Found  # where it stands
    value: str  # latitude,longitude in degrees, six decimals
    metres: float  # distance from the place
    slack: float  # metres that the writing itself leaves open: half of its last digit, or of its cell
    written: str  # how it is written; "" for decimal degrees
    field: str = ""  # field of the latitude, where it is one
    north: int = 0  # where the latitude begins in the node's data
    share: float | None = (
        None  # chance of it at one byte, where it is judged by chance; None: it stands alone
    )
    keyed: bool = False  # the field's name speaks for the code


def views(row: int, seed: Seed) -> Iterator[View]:
    """Give a place on every datum that senders use."""
    position = (seed.latitude or 0.0, seed.longitude or 0.0)
    for datum, (north, east) in (("", position), ("GCJ-02", gcj02(position)), ("BD-09", bd09(position))):
        moved = msgspec.structs.replace(seed, latitude=north, longitude=east)
        local = not datum or (0.8 < position[0] < 55.9 and 72 < position[1] < 137.9)  # about China
        yield View(row=row, seed=moved, datum=datum, local=local)


def told(view: View, node: Node, span: tuple[int, int], point: tuple[float, float], **more: Any) -> Pair:
    """Make a pair of what stands in a range of a node and says a point; ``more`` are fields of Pair."""
    written = ", ".join(filter(None, (more.pop("written", ""), view.datum)))
    return Pair(
        found=Found(node=node, start=span[0], end=span[1], seed=view.row, needle=-1),
        value=f"{point[0]:.6f},{point[1]:.6f}",
        metres=view.metres(*point),
        written=written,
        field=node.field,
        north=span[0],
        **more,
    )


def chance(seed: Seed, haystack: int) -> float:
    """Give the expected number of pairs in text that lie near a place by chance: even over the globe."""
    share = (1 - math.cos((seed.radius_m or 0) / RADIUS)) / 2
    return haystack * PAIRS_PER_BYTE * max(share, 1e-15)


def judge_place(
    pair: Pair, seed: Seed, haystack: int, *, company: bool
) -> tuple[float, tuple[str, ...]] | None:
    """Give the expected number of chance hits and the reasons; None where chance explains a pair.

    ``company``: another known value stands in the same part of the message.
    """
    written = f", written as {pair.written}" if pair.written else ""
    left = f", exact to {pair.slack:.1f} m" if pair.slack >= 0.05 else ""
    reasons = [f"{pair.metres:.0f} m from the known place (within {seed.radius_m:g} m{left}){written}"]
    if pair.share is None:
        return chance(seed, haystack), tuple(reasons)
    evalue = haystack * pair.share
    if evalue > ENOUGH:
        if pair.keyed:
            evalue *= KEYED
            reasons.append("the field's name speaks for it")
        if company:
            evalue *= min(1.0, len(pair.found.node.data) / max(haystack, 1))
            reasons.append("another known value stands in the same record")
        if evalue > PERHAPS or not (pair.keyed or company):
            return None
    return evalue, tuple(reasons)
