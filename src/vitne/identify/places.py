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
from vitne.identify.place_literals import Begins, PlaceLiterals
from vitne.identify.readings import (
    NUMBER,
    SEXAGESIMAL,
    Reading,
    degrees_and_minutes,
    near,
    prefixes,
    sexagesimal,
    slack_of,
    with_marks,
    within,
)
from vitne.identify.written import Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from vitne.identify.needles import Hits
    from vitne.identify.sifting import Sifted
    from vitne.model import Node, Seed

__all__ = ["LATITUDE", "LONGITUDE", "Pair", "Places", "chance", "half_of_place", "judge_place"]

WINDOW = 160  # bytes on either side in which the other number may stand
APART = 3  # numbers: the other one is among the next so many
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
        self._rows: dict[bytes, list[int]] = {}  # what a latitude begins with -> rows of views
        for row, one in enumerate(self._near):
            for prefix in one.prefixes:
                self._rows.setdefault(prefix, []).append(row)
        self._marked: dict[tuple[int, int], list[int]] = {}  # degrees and minutes -> rows of views
        for row, view in enumerate(every):
            for both in degrees_and_minutes(view):
                self._marked.setdefault(both, []).append(row)
        self._codes = Codes(every)
        self._literals = PlaceLiterals(self._rows, self._codes.heads, self._marked)
        self.literals = self._literals.every  # what is to be looked for in data
        self._packed = Packed(every)
        self.pairs = self._packed.pairs  # bytes of latitudes that the kernel is to look for

    @cached_property
    def _gate(self) -> Gate:
        marked = [with_marks(*both) for both in sorted(self._marked)]
        return Gate([*map(re.escape, self._rows), *marked, *map(re.escape, self._codes.heads)])

    def spans(self, data: bytes, sifted: Sifted) -> list[tuple[int, int]]:
        """Give the ranges in which a latitude near a known place may begin, or a code may stand."""
        if not self._near:
            return []
        found = self._packed.spans(data, sifted.pairs)
        more = sifted.literals or self._literals.more
        written = self._literals.written(data, sifted.literals) if more else None
        if written is None:
            return found
        found += written.codes
        found += [(at, at + 1) for at, _ in written.minutes if not _inside_number(data, at)]
        return found + [(at, at + len(head)) for at, head in written.heads]

    def opens(self, sifted: Sifted) -> bool:
        """Say whether a known place may stand in some data; rather once too often."""
        return bool(self._near) and (self._literals.more or bool(sifted.literals) or bool(sifted.pairs))

    def written(self, data: npt.NDArray[np.uint8]) -> Hits:
        """Give where something that may be a known place ends in text, one byte each."""
        return self._written.hits(data)

    @cached_property
    def _written(self) -> Written | Gate:
        heads, minutes = [*sorted(self._rows), *self._codes.heads], sorted(self._marked)
        return Written(heads, minutes) if Written.fits(heads, minutes) else self._gate

    def packed(self, data: bytes, sifted: Sifted) -> list[tuple[int, int]]:
        """Give the ranges in which pairs of binary numbers stand near a known place."""
        return self._packed.spans(data, sifted.pairs)

    def find(self, nodes: Sequence[Node], sifted: Sequence[Sifted]) -> list[Pair]:
        """Find what stands for known places in the nodes of a message, and in what was found in each."""
        if not self._near:
            return []
        pairs: list[Pair] = []
        for node, held in zip(nodes, sifted, strict=True):
            if held.literals or self._literals.more:
                written = self._literals.written(node.data, held.literals)
                pairs += self._in_text(node, written) if written is not None else ()
            if held.pairs:
                pairs += self._packed.find(node, held.pairs)
        if pairs:
            _name_fields(pairs, nodes)
        held_by = {(id(pair.found.node), pair.found.seed) for pair in pairs}
        return pairs + [pair for pair in self._in_fields(nodes) if not _shown(pair, held_by)]

    def _in_text(self, node: Node, written: Begins) -> Iterator[Pair]:
        yield from self._of_numbers(node, written.heads)
        yield from self._with_marks(node, written.minutes)
        yield from self._codes.find(node, written.codes)

    def _of_numbers(self, node: Node, heads: Sequence[tuple[int, bytes]]) -> Iterator[Pair]:
        data = node.data
        taken: set[tuple[int, int]] = set()  # on several datums, where the radius is wide
        found: dict[int, set[int]] = {}  # row of a view -> where a latitude near it may begin
        for at, prefix in heads:
            for row in self._rows[prefix]:
                found.setdefault(row, set()).add(at)
        named = bool(found) and names_datum(data)
        for row in sorted(found):
            view, behind = self._near[row].view, 0
            for place in sorted(found[row]) if view.local or named else ():
                if place < behind or _inside_number(data, place):
                    continue
                pair = _pair_at(node, place, view)
                if pair is None:
                    continue
                behind = pair.found.end
                if (pair.found.seed, pair.found.start) not in taken:
                    taken.add((pair.found.seed, pair.found.start))
                    yield pair

    def _with_marks(self, node: Node, minutes: Sequence[tuple[int, tuple[int, int]]]) -> Iterator[Pair]:
        """Look for degrees, minutes and seconds."""
        data, taken = node.data, set[tuple[int, int]]()
        named: bool | None = None
        for place, both in minutes:
            if _inside_number(data, place):
                continue
            named = names_datum(data) if named is None else named
            for view in (self._near[row].view for row in self._marked[both]):
                pair = _marked_at(node, place, view) if view.local or named else None
                if pair is not None and (pair.found.seed, pair.found.start) not in taken:
                    taken.add((pair.found.seed, pair.found.start))
                    yield pair

    @property
    def complete(self) -> bool:
        """Whether all places in all data were looked at."""
        return self._literals.complete

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
