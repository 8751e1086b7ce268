"""Packed places: pairs of binary numbers within the radius of a known place.

The two bytes that tell most of a latitude there are looked up at every position with one pass.  The other
number stands at most sixteen bytes away.  Latitudes next to the equator have no such bytes as floating
numbers, and are read as integers only.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from vitne.identify.known_places import METRES, Pair, View, told
from vitne.identify.packed_forms import FORMS, Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Node

APART = 16  # bytes between the two numbers
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

    def __init__(self, views: Sequence[View]) -> None:
        self._ways: dict[int, list[tuple[View, Form, int]]] = {}  # two bytes -> what may stand there, shift
        self._table = np.zeros(1 << 16, dtype=bool)
        for view in views:
            for form in FORMS if view.local else ():
                keys = set(islice(form.keys(view.north - view.reach, view.north + view.reach), MOST_KEYS + 1))
                for key, shift in sorted(keys) if len(keys) <= MOST_KEYS else ():
                    self._ways.setdefault(key, []).append((view, form, shift))
                    self._table[key] = True

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
        units = np.frombuffer(data, dtype=np.uint8)
        found = [_keyed(units[at : at + CHUNK + 1], self._table) + at for at in range(0, len(units), CHUNK)]
        places = np.concatenate(found)[:MOST]
        keys = units[places].astype(np.uint16) << 8 | units[places + 1]
        best: dict[tuple[int, int], _Seen] = {}
        for place, key in zip(places.tolist(), keys.tolist(), strict=True):
            for view, form, shift in self._ways[key]:
                seen = _at(data, place - shift, view, form=form) if place >= shift else None
                if seen is None:
                    continue
                known = best.get((view.row, place - shift))
                if known is None or view.metres(*seen.point) < known.view.metres(*known.point):
                    best[view.row, place - shift] = seen
        return [best[key] for key in sorted(best)]


def _keyed(units: npt.NDArray[np.uint8], table: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Give the positions of two bytes that are in a table."""
    keys = units[:-1].astype(np.uint16) << 8 | units[1:]
    return np.flatnonzero(table[keys])


def _at(data: bytes, start: int, view: View, *, form: Form) -> _Seen | None:
    """Read a latitude and look for the longitude behind and before it, nearest first."""
    found = form.read(data, start)
    if found is None or not abs(found[0] - view.north) <= view.reach:
        return None
    north, end = found
    for gap in range(APART + 1):
        for begin in (end + gap, form.begin(data, start - gap)):
            read = form.read(data, begin) if begin >= 0 else None
            if read is None or (begin < start and read[1] != start - gap):
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
