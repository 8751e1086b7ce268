"""Packed places: pairs of binary numbers within the radius of a known place.

The kernel looks for the two bytes that tell most of a latitude there, and reads it.  The other
number stands at most sixteen bytes away.  Latitudes next to the equator have no such bytes as floating
numbers, and are read as integers only.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.identify.known_places import METRES, RADIUS, Pair, View, told
from vitne.identify.packed_forms import FORMS, Form, Varint
from vitne.kernel.sieve import WAY, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Node

APART = 16  # bytes between the two numbers
_AROUND = APART + 8  # bytes on either side of a number in which the other one lies
MOST_KEYS = 64  # pairs of bytes that one way of writing may need
_SLACK = 1e-9  # degrees: the kernel says yes rather too often


class _Seen(NamedTuple):
    """Two numbers near a place."""

    span: tuple[int, int]  # half-open range of both
    view: View
    form: Form
    point: tuple[float, float]  # degrees north and east
    gap: int  # bytes between them


class Packed:
    """The bytes of known places, ready to be looked for."""

    def __init__(self, views: Sequence[View]) -> None:
        self._ways: dict[int, list[tuple[_Way, int]]] = {}  # two bytes -> what may stand there, shift
        for view in views:
            box = _box(view)
            for form in FORMS if view.local else ():
                keys = set(islice(form.keys(view.north - view.reach, view.north + view.reach), MOST_KEYS + 1))
                way = _Way(box, form, _telling(form, box))
                for key, shift in sorted(keys) if len(keys) <= MOST_KEYS else ():
                    self._ways.setdefault(key, []).append((way, shift))

    @property
    def pairs(self) -> Pairs | None:
        """How the kernel finds the pairs of bytes of latitudes; None where there are none."""
        if not self._ways:
            return None
        told: list[int] = []
        rows, keys = [], []
        for key in sorted(self._ways):
            for way, shift in self._ways[key]:
                tells = [int.from_bytes(pair, "big") for pair in way.keys]
                box, kind = way.box, way.form.kind
                low, high = box.north - box.reach - _SLACK, box.north + box.reach + _SLACK
                rows.append((low, high, kind.scale, kind.number, shift, len(told), len(told) + len(tells)))
                keys.append(key)
                told += tells
        return Pairs(np.array(rows, dtype=WAY), np.array(keys, np.uint16), np.array(told, np.uint16))

    def spans(self, data: bytes, places: Sequence[int]) -> list[tuple[int, int]]:
        """Give the ranges in which pairs near a known place stand, of what the kernel found."""
        return [seen.span for seen in self._pairs(data, places)] if places else []

    def find(self, node: Node, places: Sequence[int]) -> Iterator[Pair]:
        """Give the pairs in a node that is no plain text, of what the kernel found."""
        for seen in self._pairs(node.data, places) if places else ():
            yield _pair(node, seen)

    def _pairs(self, data: bytes, places: Sequence[int]) -> list[_Seen]:
        best: dict[tuple[int, int], _Seen] = {}
        for place in places:
            for way, shift in self._ways.get(data[place] << 8 | data[place + 1], ()):
                seen = _at(data, place - shift, way) if place >= shift else None
                if seen is None:
                    continue
                view = way.box.view
                known = best.get((view.row, place - shift))
                if known is None or view.metres(*seen.point) < known.view.metres(*known.point):
                    best[view.row, place - shift] = seen
        return [best[key] for key in sorted(best)]


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
