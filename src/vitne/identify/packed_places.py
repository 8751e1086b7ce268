"""Packed places: pairs of binary numbers within the radius of a known place.

The two bytes that tell most of a latitude there are looked for with one pass.  The other
number stands at most sixteen bytes away.  Latitudes next to the equator have no such bytes as floating
numbers, and are read as integers only.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vitne.identify.known_places import METRES, RADIUS, Pair, View, told
from vitne.identify.needles import hyperscan_library
from vitne.identify.packed_forms import FORMS, Form, Varint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy.typing as npt

    from vitne.model import Node

APART = 16  # bytes between the two numbers
_AROUND = APART + 8  # bytes on either side of a number in which the other one lies
MOST_KEYS = 64  # pairs of bytes that one way of writing may need
CHUNK = 1 << 20  # bytes that are looked up at one go
MOST = 20_000  # positions of one node that are looked at: a hostile sender may repeat two bytes for ever


class _Seen(NamedTuple):
    """Two numbers near a place."""

    span: tuple[int, int]  # half-open range of both
    view: View
    form: Form
    point: tuple[float, float]  # degrees north and east
    gap: int  # bytes between them


class Packed:
    """The bytes of known places, ready to be looked for."""

    def __init__(self, views: Sequence[View], *, engine: str = "") -> None:
        """Prepare the search; ``engine`` is "hyperscan", "numpy" or "" for the best there is."""
        self._ways: dict[int, list[tuple[_Way, int]]] = {}  # two bytes -> what may stand there, shift
        for view in views:
            box = _box(view)
            for form in FORMS if view.local else ():
                keys = set(islice(form.keys(view.north - view.reach, view.north + view.reach), MOST_KEYS + 1))
                way = _Way(box, form, _telling(form, box))
                for key, shift in sorted(keys) if len(keys) <= MOST_KEYS else ():
                    self._ways.setdefault(key, []).append((way, shift))

        library = hyperscan_library() if engine != "numpy" and self._ways else None
        self.complete = True  # false once some data held more than are looked at
        self._keyed = (
            _compiled(library, sorted(self._ways)) if library is not None else _looked_up(self._ways)
        )

    def spans(self, data: bytes) -> list[tuple[int, int]]:
        """Give the ranges in which pairs near a known place stand."""
        return [seen.span for seen in self._pairs(data)]

    def find(self, node: Node) -> Iterator[Pair]:
        """Give the pairs in a node that is no plain text."""
        for seen in self._pairs(node.data):
            yield _pair(node, seen)

    def _pairs(self, data: bytes) -> list[_Seen]:
        if not self._ways or len(data) < 6 or data.isascii():
            return []
        best: dict[tuple[int, int], _Seen] = {}
        places = self._keyed(data)
        self.complete = self.complete and len(places) < MOST
        for place in places:
            for way, shift in self._ways[data[place] << 8 | data[place + 1]]:
                seen = _at(data, place - shift, way) if place >= shift else None
                if seen is None:
                    continue
                view = way.box.view
                known = best.get((view.row, place - shift))
                if known is None or view.metres(*seen.point) < known.view.metres(*known.point):
                    best[view.row, place - shift] = seen
        return [best[key] for key in sorted(best)]


def _compiled(library: Any, keys: Sequence[int]) -> Callable[[bytes], list[int]]:
    """Give what finds the first positions of two bytes that are a key, with one compiled pass."""
    database = library.Database(mode=library.HS_MODE_BLOCK)
    count = len(keys)
    database.compile(
        expressions=[f"\\x{key >> 8:02x}\\x{key & 255:02x}".encode() for key in keys],
        ids=list(range(count)),
        elements=count,
        flags=[library.HS_FLAG_DOTALL] * count,
    )

    def keyed(data: bytes) -> list[int]:
        places: list[int] = []

        def on_match(_number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            places.append(end - 2)
            return len(places) >= MOST

        try:
            database.scan(data, match_event_handler=on_match)
        except library.ScanTerminated:
            return places
        return places

    return keyed


def _looked_up(keys: Iterable[int]) -> Callable[[bytes], list[int]]:
    """Give what finds the same by looking every two bytes up in a table."""
    table = np.zeros(1 << 16, dtype=bool)
    table[list(keys)] = True

    def keyed(data: bytes) -> list[int]:
        units = np.frombuffer(data, dtype=np.uint8)
        found = [_in_table(units[at : at + CHUNK + 1], table) + at for at in range(0, len(units), CHUNK)]
        places: list[int] = np.concatenate(found)[:MOST].tolist() if found else []
        return places

    return keyed


def _in_table(units: npt.NDArray[np.uint8], table: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Give the positions of two bytes that are in a table."""
    keys = units[:-1].astype(np.uint16) << 8 | units[1:]
    return np.flatnonzero(table[keys])


class _Box(NamedTuple):
    """A place, and a box around it outside of which no point is as near as counts."""

    view: View
    north: float  # degrees of the place
    east: float
    reach: float  # degrees of latitude to either side
    width: float  # degrees of longitude to either side


def _box(view: View) -> _Box:
    """Draw the box, a little wider than need be; around a pole it goes around the Earth."""
    narrow = math.cos(math.radians(min(90.0, abs(view.north) + view.reach)))
    half = math.sin(min(math.pi / 2, view.radius / RADIUS)) / max(narrow, 1e-9)
    width = 360.0 if half >= 1 else math.degrees(math.asin(half)) * 1.01 + 1e-6
    return _Box(view, view.north, view.east, view.reach, width)


class _Way(NamedTuple):
    """A place in one way of writing."""

    box: _Box
    form: Form
    keys: tuple[bytes, ...]  # two bytes of which some stand in any longitude in the box; none: not known


def _telling(form: Form, box: _Box) -> tuple[bytes, ...]:
    """Give the two bytes that tell most of a longitude in the box, where they are few."""
    low, high = box.east - box.width, box.east + box.width
    if low < -180 or high > 180 or isinstance(form, Varint):  # short varints have no such bytes
        return ()
    keys = sorted({key for key, _ in islice(form.keys(low, high), MOST_KEYS + 1)})
    return tuple([key.to_bytes(2, "big") for key in keys]) if len(keys) <= MOST_KEYS else ()


def _at(data: bytes, start: int, way: _Way) -> _Seen | None:
    """Read a latitude and look for the longitude behind and before it, nearest first."""
    box, form, keys = way
    found = form.read(data, start)
    if found is None or not abs(found[0] - box.north) <= box.reach:
        return None
    view, width = box.view, box.width
    low, high = max(0, start - _AROUND), found[1] + _AROUND
    if keys and not any(data.find(key, low, high) >= 0 for key in keys):
        return None
    north, end = found
    for gap in range(APART + 1):
        for begin in (end + gap, form.begin(data, start - gap)):
            read = form.read(data, begin) if begin >= 0 else None
            if read is None or (begin < start and read[1] != start - gap):
                continue
            if width < abs(read[0] - box.east) < 360 - width:
                continue
            if view.metres(north, read[0]) <= view.radius:
                return _Seen((min(start, begin), max(end, read[1])), view, form, (north, read[0]), gap)
    return None


def _pair(node: Node, seen: _Seen) -> Pair:
    """Reckon how rare two numbers are that lie at least as near and stand at least as close together."""
    view, form, (north, east) = seen.view, seen.form, seen.point
    narrow = max(math.cos(math.radians(north)), 1e-3)
    high, wide = form.step(north) * METRES, form.step(east) * METRES * narrow
    metres = view.metres(north, east)
    near = (2 * metres / high + 1) * (2 * metres / wide + 1)
    share = near * 0.5 ** (form.bits(north) + form.bits(east)) * 2 * (seen.gap + 1) * len(FORMS)
    return told(
        view,
        node,
        seen.span,
        seen.point,
        slack=math.hypot(high, wide) / 2,
        written=form.name,
        share=min(1.0, share),
    )
