"""Place codes: a position as one word, its cells nested: geohash, and plus codes with or without their head.

summary: words that stand for a cell on the globe which holds a known place or touches its radius
specification: geohash (base 32, bits of longitude and latitude in turn); Open Location Code specification 1.0
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from vitne.identify.known_places import METRES, Pair, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.identify.known_places import View
    from vitne.model import Node

GEOHASH = "0123456789bcdefghjkmnpqrstuvwxyz"
PLUS = "23456789CFGHJMPQRVWX"
LEAST_LETTERS = 6  # of a geohash: a cell of 1.2 by 0.6 km; shorter ones are words of a language
MOST_LETTERS = 12
MOST_CELLS = 64  # cells around a place that are looked for
_WORD = re.compile(rb"[0-9b-hjkmnp-zB-HJKMNP-Z]{%d,%d}" % (LEAST_LETTERS, MOST_LETTERS))
_PLUS = re.compile(rb"(?i)(?:[2-9CFGHJMPQRVWX]{4})?[2-9CFGHJMPQRVWX]{4}\+[2-9CFGHJMPQRVWX]{2,7}")
_BESIDE = re.compile(rb"[0-9A-Za-z_+/]")
_NAMED = re.compile(r"(?i)geo_?hash|\bgh\b|olc|plus_?code")
WHOLE = 0.05  # share of words that stand as a whole

Cell = tuple[float, float, float, float]  # degrees: south, west, north, east


class Codes:
    """The codes of known places, ready to be looked for."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = [view for view in views if not view.datum]  # codes are on WGS 84
        heads: dict[bytes, list[View]] = {}
        for view in self._views:
            for head in {*_geohashes(view), *_plus_codes(view)}:
                heads.setdefault(head, []).append(view)
                heads.setdefault(head.swapcase(), []).append(view)
        self._heads = heads
        self.heads = sorted(heads)  # what a code near a known place begins with

    def find(self, node: Node, spans: Sequence[tuple[int, int]]) -> Iterator[Pair]:
        """Give the codes in a node that stand for a cell at a known place; ``spans`` are those of heads."""
        data, behind = node.data, 0
        for begin, end in spans:
            head, start = data[begin:end], begin
            plus = b"+" in head
            if plus:  # of a plus code the last four digits before its mark
                start = max(start - 4, 0) if _PLUS.match(data, max(start - 4, 0)) else start
            if start < behind or _BESIDE.match(data[start - 1 : start] if start else b""):
                continue
            word = (_PLUS if plus else _WORD).match(data, start)
            if word is None or word.end() < end or _BESIDE.match(data, word.end()):
                continue
            pair = _nearest(node, word, self._heads[head])
            if pair is not None:
                behind = word.end()
                yield pair


def _nearest(node: Node, word: re.Match[bytes], views: Sequence[View]) -> Pair | None:
    """Judge a word as a code near one of some places."""
    text = word[0].decode()
    plus = "+" in text
    for view in views:
        cell = _plus_cell(text.upper(), view) if plus else geohash_cell(text.lower())
        point = ((cell[0] + cell[2]) / 2, (cell[1] + cell[3]) / 2)
        slack = math.hypot((cell[2] - cell[0]) / 2, (cell[3] - cell[1]) / 2 * _narrow(point[0])) * METRES
        if view.metres(*point) > view.radius + slack:
            continue
        count = len(text) - plus
        cells = 1 + math.pi * view.radius**2 / max(1e-6, slack**2)
        return told(
            view,
            node,
            word.span(),
            point,
            slack=slack,
            written=f"{'plus code' if plus else 'geohash'} of {count} digits",
            share=min(1.0, WHOLE * cells * (20.0 if plus else 32.0) ** -count * (0.01 if plus else 1.0)),
            keyed=_NAMED.search(node.field) is not None,
        )
    return None


def geohash(north: float, east: float, length: int) -> str:
    """Give the geohash of a point: bits of longitude and latitude in turn, five to a letter."""
    bits = length * 5
    wide, high = (bits + 1) // 2, bits // 2
    column = min(int((east + 180) / 360 * (1 << wide)), (1 << wide) - 1)
    row = min(int((north + 90) / 180 * (1 << high)), (1 << high) - 1)
    return _letters(row, column, length)


def _letters(row: int, column: int, length: int) -> str:
    """Interleave row and column of a cell, the longitude's highest bit first."""
    bits = length * 5
    wide, high = (bits + 1) // 2, bits // 2
    word = 0
    for at in range(bits):
        side, place = (row, high - 1 - at // 2) if at % 2 else (column, wide - 1 - at // 2)
        word = word << 1 | side >> place & 1
    return "".join(GEOHASH[word >> 5 * (length - 1 - at) & 31] for at in range(length))


def geohash_cell(word: str) -> Cell:
    """Give the cell of a geohash."""
    row = column = at = 0
    for letter in word:
        number = GEOHASH.index(letter)
        for place in range(4, -1, -1):
            if at % 2:
                row = row << 1 | number >> place & 1
            else:
                column = column << 1 | number >> place & 1
            at += 1
    tall, broad = 180 / (1 << at // 2), 360 / (1 << (at + 1) // 2)
    return row * tall - 90, column * broad - 180, (row + 1) * tall - 90, (column + 1) * broad - 180


def _geohashes(view: View) -> set[bytes]:
    """Give the heads of all geohashes near a place; none where they are too many."""
    bits = LEAST_LETTERS * 5 // 2
    tall, broad = 180 / (1 << bits), 360 / (1 << bits)
    return {
        _letters(row, column % (1 << bits), LEAST_LETTERS).encode()
        for row, column in _grid(view, tall, broad)
        if 0 <= row < 1 << bits
    }


def _plus_codes(view: View) -> set[bytes]:
    """Give the last four digits before the plus of all cells near a place, with the plus."""
    return {_plus_digits(row, column)[4:] + b"+" for row, column in _grid(view, 1 / 400, 1 / 400)}


def _plus_digits(row: int, column: int) -> bytes:
    """Give the eight digits before the plus: base 20 of latitude and longitude in turn (section 3.2)."""
    digits = ""
    for _ in range(4):
        row, low = divmod(row, 20)
        column, left = divmod(column, 20)
        digits = PLUS[low] + PLUS[left] + digits
    return digits.encode()


def _grid(view: View, tall: float, broad: float) -> list[tuple[int, int]]:
    """Give rows and columns of the cells that a place's circle may touch; none where they are too many."""
    up = view.radius / METRES
    along = up / max(_narrow(view.north), 1e-3)
    rows = range(math.floor((view.north - up + 90) / tall), math.floor((view.north + up + 90) / tall) + 1)
    columns = range(
        math.floor((view.east - along + 180) / broad), math.floor((view.east + along + 180) / broad) + 1
    )
    if len(rows) * len(columns) > MOST_CELLS:
        return []
    return [(row, column) for row in rows for column in columns]


def _plus_cell(code: str, view: View) -> Cell:
    """Give the cell of a plus code; one without its first four digits is meant near the place (section 4)."""
    head, _, tail = code.partition("+")
    if len(head) == 4:
        row, column = (math.floor((view.north + 90) * 400), math.floor((view.east + 180) * 400))
        head = _plus_digits(row, column)[:4].decode() + head
    south, west, size = -90.0, -180.0, 400.0
    for at in range(0, 8, 2):
        size /= 20
        south, west = south + PLUS.index(head[at]) * size, west + PLUS.index(head[at + 1]) * size
    size /= 20
    south, west = south + PLUS.index(tail[0]) * size, west + PLUS.index(tail[1]) * size
    tall = broad = size
    for letter in tail[2:]:  # each of them one of twenty parts, five high and four wide
        tall, broad = tall / 5, broad / 4
        row, column = divmod(PLUS.index(letter), 4)
        south, west = south + row * tall, west + column * broad
    return south, west, south + tall, west + broad


def _narrow(north: float) -> float:
    """Give how much shorter a degree of longitude is than one of latitude."""
    return math.cos(math.radians(north))
