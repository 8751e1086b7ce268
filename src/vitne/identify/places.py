"""Places: what stands for a point within the radius of a known place.

Pairs of written numbers (``readings``), of binary ones (``packed_places``), and words that stand for a cell
of the globe (``place_codes``); on WGS 84, GCJ-02 and BD-09.  One number alone never counts.  Two written
numbers stand at most three numbers apart, in either order, or are fields of one record named for it.
A number that was rounded may lie half of its last digit further away than the radius, a code half of its
cell.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from vitne.identify.gate import Gate
from vitne.identify.known_places import Pair, View, chance, judge_place, names_datum, told, views
from vitne.identify.packed_places import Packed
from vitne.identify.place_codes import Codes
from vitne.identify.readings import (
    NUMBER,
    SEXAGESIMAL,
    Reading,
    degrees_and_minutes,
    marked,
    near,
    prefixes,
    sexagesimal,
    slack_of,
    with_marks,
    within,
)
from vitne.identify.written import Written
from vitne.kernel.literals import LEAST, Literals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from vitne.identify.needles import Hits
    from vitne.model import Node, Seed

__all__ = ["LATITUDE", "LONGITUDE", "Pair", "Places", "chance", "half_of_place", "judge_place"]

WINDOW = 160  # bytes on either side in which the other number may stand
APART = 3  # numbers: the other one is among the next so many
MOST = 10_000  # numbers of one node that are taken as a latitude: a hostile sender may repeat one for ever
LATITUDE = frozenset({"lat", "latitude", "y", "wd", "weidu", "breite"})
LONGITUDE = frozenset({"lon", "lng", "long", "longitude", "x", "jd", "jingdu", "laenge"})
LEAF = 48  # bytes of a field that may be one number
_HALF = re.compile(
    r"(?i)(?P<before>|.*[._\-\]\[]|(?-i:.*[a-z](?=L))|gps|bs|my|cur|user|geo|home|start|end|last)"
    r"(?P<half>latitude|lat|longitude|long|lng|lon)"
    r"(?P<behind>|[._\-]?e[5-7]|[._\-]?deg(?:rees)?|[._\-]?[0-9]|\])"
)


class _Near(msgspec.Struct, frozen=True, eq=False):
    """A view with what its latitudes look like."""

    view: View
    prefixes: list[bytes]  # first characters that a latitude near it can have


class _Heads:
    """What latitudes near known places begin with, ready to be looked for."""

    def __init__(self, near: Sequence[_Near]) -> None:
        self._rows: dict[bytes, list[int]] = {}
        for row, one in enumerate(near):
            for prefix in one.prefixes:
                self._rows.setdefault(prefix, []).append(row)
        self.every = sorted(self._rows)
        self._short = [prefix for prefix in self.every if len(prefix) < LEAST]
        self._long = [prefix for prefix in self.every if len(prefix) >= LEAST]
        self._literals = Literals(self._long, [False] * len(self._long))
        self.complete = True  # false once some data held more than are looked at

    def find(self, data: bytes) -> list[tuple[int, bytes]]:
        """Give where they stand, and which."""
        rows, ends, complete = self._literals.find(data, most=MOST)
        self.complete = self.complete and complete
        long = map(self._long.__getitem__, rows.tolist())
        found = [(end - len(prefix), prefix) for end, prefix in zip(ends.tolist(), long, strict=True)]
        for prefix in self._short:
            places = list(islice(_all(data, prefix), MOST + 1))
            self.complete = self.complete and len(places) <= MOST
            found += [(at, prefix) for at in places[:MOST]]
        return found

    def by_view(self, data: bytes) -> dict[int, list[int]]:
        """Give where a latitude may begin, ascending, by the row of the view that it may be near."""
        found: dict[int, set[int]] = {}
        for at, prefix in self.find(data):
            for row in self._rows[prefix]:
                found.setdefault(row, set()).add(at)
        return {row: sorted(found[row]) for row in sorted(found)}


class Places:
    """The known places of a subject, ready to be looked for."""

    def __init__(self, seeds: Sequence[Seed]) -> None:
        every = [
            view
            for row, seed in enumerate(seeds)
            if seed.identifier == "location"
            for view in views(row, seed)
        ]
        self._near = [_Near(view, prefixes(view)) for view in every]
        self._heads = _Heads(self._near)
        self._marked: dict[tuple[int, int], list[int]] = {}  # degrees and minutes -> rows of views
        for row, view in enumerate(every):
            for both in degrees_and_minutes(view):
                self._marked.setdefault(both, []).append(row)
        marked = [with_marks(*both) for both in sorted(self._marked)]
        self._complete = True
        self._codes = Codes(every)
        self._gate = Gate([*map(re.escape, self._heads.every), *marked, *map(re.escape, self._codes.heads)])
        self._packed = Packed(every)

    def spans(self, data: bytes) -> list[tuple[int, int]]:
        """Give the ranges in which a latitude near a known place may begin, or a code may stand."""
        if not self._near:
            return []
        found = self._packed.spans(data)
        if not self._gate.opens(data):
            return found
        found += self._codes.spans(data)
        found += [(at, at + 1) for at, _ in self._with_minutes(data)]
        return found + [(at, at + len(head)) for at, head in self._heads.find(data)]

    def opens(self, data: bytes) -> bool:
        """Say with one quick pass whether a known place may stand in some data; rather once too often."""
        return bool(self._near) and (not data.isascii() or self._gate.opens(data))

    def written(self, data: npt.NDArray[np.uint8]) -> Hits:
        """Give where something that may be a known place ends in text, one byte each."""
        return self._written.hits(data)

    @cached_property
    def _written(self) -> Written | Gate:
        heads, minutes = [*self._heads.every, *self._codes.heads], sorted(self._marked)
        return Written(heads, minutes) if Written.fits(heads, minutes) else self._gate

    def packed(self, data: bytes) -> list[tuple[int, int]]:
        """Give the ranges in which pairs of binary numbers stand near a known place."""
        return self._packed.spans(data)

    def find(self, nodes: Sequence[Node]) -> list[Pair]:
        """Find what stands for known places in the nodes of a message."""
        if not self._near:
            return []
        written = set(self._gate.rows([node.data for node in nodes]))
        pairs = [
            pair
            for row, node in enumerate(nodes)
            for pair in (*(self._in_text(node) if row in written else ()), *self._packed.find(node))
        ]
        _name_fields(pairs, nodes)
        held = {(id(pair.found.node), pair.found.seed) for pair in pairs}
        return pairs + [pair for pair in self._in_fields(nodes) if not _shown(pair, held)]

    def _in_text(self, node: Node) -> Iterator[Pair]:
        yield from self._of_numbers(node)
        yield from self._with_marks(node)
        yield from self._codes.find(node)

    def _of_numbers(self, node: Node) -> Iterator[Pair]:
        data = node.data
        taken: set[tuple[int, int]] = set()  # on several datums, where the radius is wide
        found = self._heads.by_view(data)
        named = bool(found) and names_datum(data)
        for row, places in found.items():
            view, behind = self._near[row].view, 0
            for place in places if view.local or named else ():
                if place < behind or _inside_number(data, place):
                    continue
                pair = _pair_at(node, place, view)
                if pair is None:
                    continue
                behind = pair.found.end
                if (pair.found.seed, pair.found.start) not in taken:
                    taken.add((pair.found.seed, pair.found.start))
                    yield pair

    def _with_marks(self, node: Node) -> Iterator[Pair]:
        """Look for degrees, minutes and seconds."""
        data, taken = node.data, set[tuple[int, int]]()
        named: bool | None = None
        for place, rows in self._with_minutes(data):
            named = names_datum(data) if named is None else named
            for view in (self._near[row].view for row in rows):
                pair = _marked_at(node, place, view) if view.local or named else None
                if pair is not None and (pair.found.seed, pair.found.start) not in taken:
                    taken.add((pair.found.seed, pair.found.start))
                    yield pair

    def _with_minutes(self, data: bytes) -> Iterator[tuple[int, list[int]]]:
        """Yield where degrees and minutes of known places stand, and the rows of the views."""
        count = 0
        for start, *both in marked(data) if self._marked else ():
            rows = self._marked.get((both[0], both[1]))
            if rows is None or _inside_number(data, start):
                continue
            count += 1
            if count > MOST:
                self._complete = False
                return
            yield start, rows

    @property
    def complete(self) -> bool:
        """Whether all places in all data were looked at."""
        return self._complete and self._heads.complete and self._codes.complete and self._packed.complete

    def _in_fields(self, nodes: Sequence[Node]) -> Iterator[Pair]:
        """Look at fields named for latitude and longitude in one record."""
        records: dict[tuple[int, str], dict[str, Node]] = {}
        for node in nodes:
            if len(node.data) > LEAF or not node.field:
                continue
            record, _, name = node.field.rpartition(".")
            half = half_of_place(name)
            if half is not None and _number(node.data.strip()):
                key = (record_of(node), f"{record}.{half[1]}")
                records.setdefault(key, {}).setdefault(half[0], node)
        for both in records.values():
            if len(both) == 2:
                yield from self._of_record(both["lat"], both["lon"])

    def _of_record(self, north: Node, east: Node) -> Iterator[Pair]:
        taken: set[int] = set()
        named = names_datum(north.parent.data if north.parent is not None else north.data)
        for one in self._near:
            view = one.view
            if view.row in taken or not (view.local or named):
                continue
            found = _two(north.data.strip(), east.data.strip(), view)
            if found is not None:
                taken.add(view.row)
                yield _told(view, north, (0, len(north.data)), found)


def half_of_place(name: str) -> tuple[str, str] | None:
    """Say which half of a pair a field's name speaks of, "lat" or "lon", and what else the name says."""
    return _half(name) if len(name) <= LEAF else None


@lru_cache(maxsize=4096)
def _half(name: str) -> tuple[str, str] | None:
    lower = name.lower()
    if lower in LATITUDE or lower in LONGITUDE:
        return ("lat" if lower in LATITUDE else "lon"), ""
    found = _HALF.fullmatch(name)
    if found is None:
        return None
    half = "lat" if found["half"].lower().startswith("lat") else "lon"
    return half, f"{found['before']}*{found['behind']}".lower()


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
        both = near(number[0], other[0], view)
        if both is not None:
            pair = _told(view, node, (min(start, other.start()), max(number.end(), other.end())), both)
            pair.north = start
            return pair
    return None


def _marked_at(node: Node, place: int, view: View) -> Pair | None:
    """Take degrees, minutes and seconds that begin at a place as latitude and look for the longitude."""
    data = node.data
    start = next((at for at in (place - 2, place - 1) if at >= 0 and _letter(data, at, place)), place)
    first = SEXAGESIMAL.match(data, start)
    if first is None:
        return None
    behind = list(islice(SEXAGESIMAL.finditer(data, first.end(), first.end() + WINDOW), APART))
    before = list(SEXAGESIMAL.finditer(data, max(0, start - WINDOW), start))[-1:]
    for other in (*behind, *before):
        both = _both(first, other, view)
        if both is not None:
            pair = _told(view, node, (min(start, other.start()), max(first.end(), other.end())), both)
            pair.north = start
            return pair
    return None


def _letter(data: bytes, at: int, place: int) -> bool:
    return data[at : at + 1] in {b"N", b"S"} and data[at + 1 : place] in {b"", b" "}


def _both(first: re.Match[bytes], other: re.Match[bytes], view: View) -> tuple[Reading, Reading] | None:
    """Give two readings with marks that lie near a place."""
    for latitude in sexagesimal(first.groups()):
        for longitude in sexagesimal(other.groups()):
            if within(view, latitude, longitude):
                return latitude, longitude
    return None


def record_of(node: Node) -> int:
    """Give what fields of one record have in common, whatever each was wrapped into; 0 for headers."""
    while node.parent is not None and node.child is not None and not node.child.path:
        node = node.parent
    return 0 if node.parent is None else id(node.parent)


def _number(text: bytes) -> bool:
    return NUMBER.fullmatch(text) is not None or SEXAGESIMAL.fullmatch(text) is not None


def _two(north: bytes, east: bytes, view: View) -> tuple[Reading, Reading] | None:
    """Give the readings of two whole fields that lie near a place."""
    if NUMBER.fullmatch(north) and NUMBER.fullmatch(east):
        return near(north, east, view)
    first, other = SEXAGESIMAL.fullmatch(north), SEXAGESIMAL.fullmatch(east)
    return _both(first, other, view) if first is not None and other is not None else None


def _told(view: View, node: Node, span: tuple[int, int], both: tuple[Reading, Reading]) -> Pair:
    latitude, longitude = both
    point = (latitude.degrees, longitude.degrees)
    return told(view, node, span, point, slack=slack_of(latitude, longitude), written=latitude.name)
