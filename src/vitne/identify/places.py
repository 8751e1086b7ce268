"""Places: pairs of numbers that lie within the radius of a known place.

One number alone never counts.  Read are decimal degrees with three decimals or more, degrees scaled by 1e5,
1e6 or 1e7 as whole numbers, thousandths and quarters of a second of arc (3GPP2 C.S0002), degrees
with decimal minutes as GPS receivers write them (NMEA 0183); on WGS 84, GCJ-02 and BD-09.  The two numbers
stand at most three numbers apart, in either order, or are fields of one record named for it.
A number that was rounded may lie half of its last digit further away than the radius.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.identify.datums import bd09, gcj02
from vitne.identify.overlaps import Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Node, Seed

METRES = 111_195.0  # of one degree of latitude on a sphere of 6371 km
WINDOW = 160  # bytes on either side in which the other number may stand
APART = 3  # numbers: the other one is among the next so many
MOST_PREFIXES = 12
MOST = 10_000  # numbers of one node that are taken as a latitude: a hostile sender may repeat one for ever
NUMBER = re.compile(rb"-?(?:[0-9]{1,3},[0-9]{3,17}|[0-9]{1,11}(?:\.[0-9]{1,17})?)")
LATITUDE = frozenset({"lat", "latitude", "y", "wd", "weidu", "breite"})
LONGITUDE = frozenset({"lon", "lng", "long", "longitude", "x", "jd", "jingdu", "laenge"})
_DATUM = re.compile(rb"(?i)gcj|bd.?09")  # as parameters of map services name the datums
LEAF = 24  # bytes of a field that may be one number
PAIRS_PER_BYTE = 1e-3  # pairs of numbers in text, for the E-value: generous


class View(msgspec.Struct, frozen=True):
    """A known place on one datum."""

    row: int  # of the seed
    seed: Any  # Seed with its position on that datum
    datum: str  # "" for WGS 84
    prefixes: list[bytes]  # first characters that a latitude near it can have
    local: bool  # the datum is the usual one there

    def counts(self, said: bytes) -> bool:
        """Say whether numbers on this datum count in some record: elsewhere only where it names the datum."""
        return self.local or _DATUM.search(said) is not None


class Reading(msgspec.Struct, frozen=True):
    """One way to take a written number as degrees."""

    name: str  # how it is written, for a person
    degrees: float  # what it says
    slack: float  # degrees: half of its last digit


class Pair(msgspec.Struct, kw_only=True, eq=False):
    """A pair of numbers near a place."""

    found: Found  # where it stands
    value: str  # latitude,longitude in degrees, six decimals
    metres: float  # distance from the place
    written: str  # how it is written; "" for decimal degrees
    field: str = ""  # field of the latitude, where it is one
    north: int = 0  # where the latitude begins in the node's data


class Places:
    """The known places of a subject, ready to be looked for."""

    def __init__(self, seeds: Sequence[Seed]) -> None:
        self._views = [
            view
            for row, seed in enumerate(seeds)
            if seed.identifier == "location"
            for view in _views(row, seed)
        ]
        self._every = sorted({prefix for view in self._views for prefix in view.prefixes})
        self._any = re.compile(b"|".join(map(re.escape, self._every)) or rb"(?!)")

    def spans(self, data: bytes) -> list[tuple[int, int]]:
        """Give the ranges in which a latitude near a known place may begin."""
        if not self._views or self._any.search(data) is None:
            return []
        return [(at, at + len(prefix)) for prefix in self._every for at in islice(_all(data, prefix), MOST)]

    def find(self, nodes: Sequence[Node]) -> list[Pair]:
        """Find pairs in the nodes of a message."""
        if not self._views:
            return []
        pairs = [pair for node in nodes for pair in self._in_node(node)]
        _name_fields(pairs, nodes)
        held = {(id(pair.found.node), pair.found.seed) for pair in pairs}
        return pairs + [pair for pair in self._in_fields(nodes) if not _shown(pair, held)]

    def _in_node(self, node: Node) -> Iterator[Pair]:
        data = node.data
        if self._any.search(data) is None:
            return
        taken: set[tuple[int, int]] = set()  # on several datums, where the radius is wide
        for view in self._views:
            if not view.counts(data):
                continue
            behind = 0
            places = {at for prefix in view.prefixes for at in islice(_all(data, prefix), MOST)}
            for place in sorted(places)[:MOST]:
                if place < behind or _inside_number(data, place):
                    continue
                pair = _pair_at(node, place, view)
                if pair is None:
                    continue
                behind = pair.found.end
                if (view.row, pair.found.start) not in taken:
                    taken.add((view.row, pair.found.start))
                    yield pair

    def _in_fields(self, nodes: Sequence[Node]) -> Iterator[Pair]:
        """Look at fields named for latitude and longitude in one record."""
        records: dict[tuple[int, str], dict[str, Node]] = {}
        for node in nodes:
            if node.parent is None or len(node.data) > LEAF:
                continue
            record, _, name = node.field.rpartition(".")
            kind = "lat" if name.lower() in LATITUDE else "lon" if name.lower() in LONGITUDE else ""
            if kind:
                records.setdefault((id(node.parent), record), {}).setdefault(kind, node)
        for both in records.values():
            if len(both) == 2:
                yield from self._of_record(both["lat"], both["lon"])

    def _of_record(self, north: Node, east: Node) -> Iterator[Pair]:
        if not (NUMBER.fullmatch(north.data) and NUMBER.fullmatch(east.data)):
            return
        taken: set[int] = set()
        for view in self._views:
            near = _near(north.data, east.data, view.seed)
            said = north.parent.data if north.parent is not None else north.data
            if near is not None and view.row not in taken and view.counts(said):
                taken.add(view.row)
                found = Found(node=north, start=0, end=len(north.data), seed=view.row, needle=-1)
                yield _told(found, near, view.datum)


def chance(seed: Seed, haystack: int) -> float:
    """Give the expected number of pairs that lie near a place by chance: even over the globe."""
    share = (1 - math.cos((seed.radius_m or 0) / 6_371_000)) / 2
    return haystack * PAIRS_PER_BYTE * max(share, 1e-15)


def _name_fields(pairs: list[Pair], nodes: Sequence[Node]) -> None:
    """Name pairs by the field that holds their latitude, where the node was read into fields."""
    holders = {id(pair.found.node) for pair in pairs}
    fields: dict[int, list[Node]] = {}
    for node in nodes:
        if node.parent is not None and node.child is not None and id(node.parent) in holders:
            fields.setdefault(id(node.parent), []).append(node)
    for pair in pairs:
        for node in fields.get(id(pair.found.node), ()):
            if node.child is not None and node.child.start <= pair.north < node.child.end:
                pair.field = node.field
                break


def _shown(pair: Pair, held: set[tuple[int, int]]) -> bool:
    """Say whether a node that holds both numbers shows this pair already."""
    node: Node | None = pair.found.node
    while node is not None:
        if (id(node), pair.found.seed) in held:
            return True
        node = node.parent
    return False


def _views(row: int, seed: Seed) -> Iterator[View]:
    """Give a place on every datum that senders use."""
    position = (seed.latitude or 0.0, seed.longitude or 0.0)
    for datum, (north, east) in (("", position), ("GCJ-02", gcj02(position)), ("BD-09", bd09(position))):
        moved = msgspec.structs.replace(seed, latitude=north, longitude=east)
        local = not datum or (0.8 < position[0] < 55.9 and 72 < position[1] < 137.9)  # about China
        yield View(row=row, seed=moved, datum=datum, prefixes=_prefixes(moved), local=local)


def _prefixes(seed: Seed) -> list[bytes]:
    """Give the first characters that a latitude near the place can have, few but selective."""
    latitude, reach = abs(seed.latitude or 0.0), (seed.radius_m or 0.0) / METRES + 0.0006
    found: set[bytes] = set()
    for scale in (1000, 100, 10, 1):
        steps = range(
            math.floor(max(0.0, latitude - reach) * scale), math.floor((latitude + reach) * scale) + 1
        )
        if len(steps) <= MOST_PREFIXES:
            width = len(str(scale)) - 1
            for step in steps:
                whole, part = divmod(step, scale)
                digits = f"{part:0{width}d}" if width else ""
                found |= {f"{whole}{mark}{digits}".encode() for mark in (".", ",", "")}
            break
    for units, cut in ((3_600_000, 1000), (14_400, 10)):
        low, high = (max(0.0, latitude - reach) * units, (latitude + reach) * units)
        steps = range(int(low) // cut, int(high) // cut + 1)
        found |= {str(step).encode() for step in steps if len(steps) <= MOST_PREFIXES and step >= 1000}
    for step in range(int(max(0.0, latitude - reach) * 60), int((latitude + reach) * 60) + 1):
        found.add(f"{step // 60:02d}{step % 60:02d}.".encode())
    return sorted(found)


def _all(data: bytes, part: bytes) -> Iterator[int]:
    at = data.find(part)
    while at >= 0:
        yield at
        at = data.find(part, at + 1)


def _inside_number(data: bytes, place: int) -> bool:
    before = data[place - 1 : place] if place else b""
    return before.isdigit() or (before == b"." and data[max(0, place - 2) : place - 1].isdigit())


def _pair_at(node: Node, place: int, view: View) -> Pair | None:
    """Take the number that begins at a place as latitude and look for the longitude around it."""
    data = node.data
    start = place - 1 if place and data[place - 1 : place] == b"-" else place
    number = NUMBER.match(data, start)
    if number is None:
        return None
    behind = list(NUMBER.finditer(data, number.end(), number.end() + WINDOW))[:APART]
    base = max(0, start - WINDOW)
    before = list(NUMBER.finditer(data, base, start))[-APART:]
    for other in (*behind, *reversed(before)):
        near = _near(number[0], other[0], view.seed)
        if near is not None:
            begin, end = min(start, other.start()), max(number.end(), other.end())
            found = Found(node=node, start=begin, end=end, seed=view.row, needle=-1)
            pair = _told(found, near, view.datum)
            pair.north = start
            return pair
    return None


def _near(north: bytes, east: bytes, seed: Seed) -> tuple[Reading, Reading, float] | None:
    """Give the readings of two numbers that put them near the place, written alike, and the distance."""
    for latitude in _readings(north):
        for longitude in _readings(east):
            if latitude.name != longitude.name:
                continue
            metres = _distance(seed, latitude.degrees, longitude.degrees)
            slack = math.hypot(latitude.slack, longitude.slack) * METRES
            if metres <= (seed.radius_m or 0.0) + slack:
                return latitude, longitude, metres
    return None


def _readings(number: bytes) -> Iterator[Reading]:
    text = number.decode().replace(",", ".")
    whole, point, part = text.partition(".")
    value = float(text)
    if point and len(part) >= 3:
        last = 10.0 ** -len(part) / 2
        yield Reading("", value, last)
        if abs(value) >= 100 and len(part) >= 3:
            degrees, minutes = divmod(abs(value), 100)
            if minutes < 60:
                for sign in (1, -1):  # the letter behind the number says which; a place has one sign only
                    yield Reading("degrees and minutes", sign * (degrees + minutes / 60), last / 60)
    elif not point and len(whole.lstrip("-")) >= 5:
        for power in (7, 6, 5):
            if abs(value) <= 180 * 10**power:
                yield Reading(f"degrees times 1e{power}", value / 10**power, 0.5 / 10**power)
        for units, name in ((3_600_000, "thousandths of a second"), (14_400, "quarters of a second")):
            if abs(value) <= 180 * units:
                yield Reading(name, value / units, 0.5 / units)


def _distance(seed: Seed, latitude: float, longitude: float) -> float:
    """Give the metres between two points on the sphere (haversine)."""
    if abs(latitude) > 90 or abs(longitude) > 180:
        return math.inf
    north, south = math.radians(latitude), math.radians(seed.latitude or 0.0)
    turn = math.radians(longitude - (seed.longitude or 0.0))
    half = math.sin((north - south) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(turn / 2) ** 2
    return 2 * 6_371_000 * math.asin(min(1.0, math.sqrt(half)))


def _told(found: Found, near: tuple[Reading, Reading, float], datum: str) -> Pair:
    latitude, longitude, metres = near
    return Pair(
        found=found,
        value=f"{latitude.degrees:.6f},{longitude.degrees:.6f}",
        metres=metres,
        written=", ".join(filter(None, (latitude.name, datum))),
        field=found.node.field,
    )
