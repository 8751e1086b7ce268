"""A place written anew: numbers or a word that stood for a point say another one, in the same notation.

What was found near a known place comes to stand as near its stand-in, with as many digits or bytes, so
that it is read, placed and found as before.  Notations are those that ``vitne.identify`` reads.
"""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vitne.encodings._proto_fields import written_varint
from vitne.evidence.edits import Edit, applied
from vitne.identify.known_places import views
from vitne.identify.packed_forms import FORMS, Float, Scaled, Varint
from vitne.identify.place_codes import PLUS, _plus_cell, _plus_digits, geohash, geohash_cell
from vitne.identify.readings import MERCATOR, NUMBER, SEXAGESIMAL, near, sexagesimal, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vitne.identify.known_places import View
    from vitne.identify.packed_forms import Form
    from vitne.model import Seed

_SCALES = {
    **{f"degrees times 1e{power}": 10.0**power for power in (7, 6, 5)},
    "thousandths of a second": 3_600_000.0,
    "quarters of a second": 14_400.0,
}
_MINUTES, _MAP = "degrees and minutes", "metres on the Mercator map"
_DECIMAL = re.compile(rb"(-?[0-9]{1,3}[.,])([0-9]{3,17})(?![0-9])")
_LEAST_KNOWN = 1.0  # metres around a place of which nothing but the reading is known


class Point(NamedTuple):
    """A known place and its stand-in, on one datum."""

    view: View
    stand_in: View

    def moved(self, north: float, east: float) -> tuple[float, float]:
        """Give where a point near the place comes to lie: as far from the stand-in, the same way."""
        narrow = math.cos(math.radians(self.view.north)) / max(
            math.cos(math.radians(self.stand_in.north)), 1e-6
        )
        return (
            self.stand_in.north + north - self.view.north,
            self.stand_in.east + (east - self.view.east) * narrow,
        )


def points(seed: Seed, stand_in: Seed) -> Iterator[Point]:
    """Give a place and its stand-in on every datum that senders use."""
    least = max(seed.radius_m or 0.0, _LEAST_KNOWN)
    both = [views(0, msgspec.structs.replace(each, radius_m=least)) for each in (seed, stand_in)]
    yield from (Point(*each) for each in zip(*both, strict=True))


def written(data: bytes, span: tuple[int, int], point: Point, how: str) -> list[Edit] | None:
    """Give the changes of what stands in a range for a point near a place; None where it is not read so.

    ``how`` is the notation as a finding tells it, "" for decimal degrees.
    """
    name = ", ".join(word for word in how.split(", ") if word != point.view.datum)
    form = next((each for each in FORMS if each.name == name), None)
    if form is not None:
        return _packed(data, span, point, form)
    if name.startswith(("geohash", "plus code")):
        return _code(data, span, point)
    if name == "degrees, minutes and seconds":
        return _marked(data, span, point)
    return _numbers(data, span, point, name)


def _numbers(data: bytes, span: tuple[int, int], point: Point, name: str | None) -> list[Edit] | None:
    found = list(NUMBER.finditer(data, *span))
    for first in found:
        for other in found:
            both = near(first[0], other[0], point.view) if other is not first else None
            if both is not None and name in {None, both[0].name}:
                north, east = point.moved(both[0].degrees, both[1].degrees)
                way = both[0].name
                return sorted(
                    (
                        Edit(*first.span(), number(first[0], way, north, north=True)),
                        Edit(*other.span(), number(other[0], way, east, north=False)),
                    )
                )
    return None


def number(text: bytes, name: str, degrees: float, *, north: bool) -> bytes:
    """Write degrees as a number is written that stands there."""
    whole, point, part = text.decode().replace(",", ".").partition(".")
    size = len(part)
    if name in _SCALES:
        return str(round(degrees * _SCALES[name])).encode()
    if name == _MAP:
        metres = math.radians(degrees) * MERCATOR
        if north:
            metres = MERCATOR * math.asinh(math.tan(math.radians(degrees)))
        made = f"{metres:.{size}f}"
    elif name == _MINUTES:
        units = round(abs(degrees) * 60 * 10**size)
        above, below = divmod(units, 60 * 10**size)
        minutes = f"{below / 10**size:0{3 + size}.{size}f}"
        made = f"{above}{minutes}".rjust(len(whole.lstrip("-")) + 1 + size, "0")
        made = "-" * whole.startswith("-") + made
    else:
        made = f"{degrees:.{size}f}"
    mark = b"," if b"," in text else b"."
    return made.encode().replace(b".", mark) if point else made.encode()


def _marked(data: bytes, span: tuple[int, int], point: Point) -> list[Edit] | None:
    found = list(SEXAGESIMAL.finditer(data, *span))
    for first in found:
        for other in found:
            for latitude in sexagesimal(first.groups()) if first is not other else ():
                for longitude in sexagesimal(other.groups()):
                    if within(point.view, latitude, longitude):
                        north, east = point.moved(latitude.degrees, longitude.degrees)
                        return sorted([*_sexagesimal(first, north), *_sexagesimal(other, east)]) or None
    return None


def _sexagesimal(found: re.Match[bytes], degrees: float) -> list[Edit]:
    """Write degrees, minutes and seconds where others stand; letters and marks stay."""
    last = 4 if found[4] is not None else 3
    if last == 4 and (b"," in found[3] or b"." in found[3]):
        return []  # minutes with decimals and seconds behind them are nobody's habit
    below = _parts_of(found[last])
    units = round(abs(degrees) * (3600 if last == 4 else 60) * below)
    made = {}
    if last == 4:
        units, rest = divmod(units, 60 * below)
        made[4], below = _as(found[4], rest, below), 1
    above, rest = divmod(units, 60 * below)
    made[3] = _as(found[3], rest, below)
    sign = "-" if found[2].startswith(b"-") else ""
    made[2] = (sign + str(above).rjust(len(found[2].lstrip(b"-")), "0")).encode()
    return [Edit(found.start(group), found.end(group), text) for group, text in sorted(made.items())]


def _parts_of(text: bytes) -> int:
    """Give how many parts one unit has in a written number: 100 for two decimals, n for a fraction of n."""
    if b"/" in text:
        return int(text.partition(b"/")[2]) or 1
    return int(10 ** len(text.replace(b",", b".").partition(b".")[2]))


def _as(text: bytes, units: int, below: int) -> bytes:
    """Write a number of parts as a number is written that stands there."""
    if b"/" in text:
        return b"%d/%s" % (units, text.partition(b"/")[2])
    whole, mark, part = text.replace(b",", b".").partition(b".")
    above, rest = divmod(units, below)
    made = str(above).rjust(len(whole), "0").encode()
    if mark:
        made += (b"," if b"," in text else b".") + str(rest).rjust(len(part), "0").encode()
    return made


def _code(data: bytes, span: tuple[int, int], point: Point) -> list[Edit] | None:
    word = data[slice(*span)].decode("ascii", "replace")
    plus = "+" in word
    try:
        cell = _plus_cell(word.upper(), point.view) if plus else geohash_cell(word.lower())
    except ValueError:
        return None
    moved = point.moved((cell[0] + cell[2]) / 2, (cell[1] + cell[3]) / 2)
    made = _coded(word, moved)
    lies = _plus_cell(made.upper(), point.stand_in) if plus else geohash_cell(made.lower())
    slack = math.hypot(lies[2] - lies[0], lies[3] - lies[1]) * 111_195.0 / 2
    middle = (lies[0] + lies[2]) / 2, (lies[1] + lies[3]) / 2
    if point.stand_in.metres(*middle) > point.stand_in.radius + slack:
        made = _coded(word, (point.stand_in.north, point.stand_in.east))
    return [Edit(*span, made.encode())]


def _coded(word: str, at: tuple[float, float]) -> str:
    """Write a code of the same kind, length and case."""
    if "+" in word:
        head, _, tail = word.partition("+")
        made = _plus_code(*at, len(tail))[8 - len(head) :]
    else:
        made = geohash(*at, len(word))
    if word == word.lower():
        return made.lower()
    return made.upper() if word == word.upper() else made


def _plus_code(north: float, east: float, digits: int) -> str:
    """Give the Open Location Code of a point with so many digits behind the plus (section 3.2, 3.3)."""
    row, column = (north + 90) * 400, (east + 180) * 400
    made = _plus_digits(int(row), int(column)).decode() + "+"
    row, column = row % 1 * 20, column % 1 * 20
    made += PLUS[int(row)] + PLUS[int(column)]
    for _ in range(digits - 2):
        row, column = row % 1 * 5, column % 1 * 4
        made += PLUS[int(row) * 4 + int(column)]
    return made


def _packed(data: bytes, span: tuple[int, int], point: Point, form: Form) -> list[Edit] | None:
    """Find the two numbers: one begins where the range does, the other ends where it ends."""
    start, end = span
    first, begin = form.read(data, start), form.begin(data, end)
    other = form.read(data, begin) if begin >= 0 else None
    if first is None or other is None:
        return None
    places = ((start, first[1]), (begin, other[1]))
    for north, east, order in ((first[0], other[0], places), (other[0], first[0], places[::-1])):
        if point.view.metres(north, east) <= point.view.radius:
            moved = point.moved(north, east)
            return sorted(
                Edit(*place, _bytes(form, degrees)) for place, degrees in zip(order, moved, strict=True)
            )
    return None


def _bytes(form: Form, degrees: float) -> bytes:
    """Write degrees in one of the forms."""
    if isinstance(form, Varint):
        return written_varint(form._number(degrees))  # noqa: SLF001  (the one that reads it, too)
    if isinstance(form, Scaled):
        scaled: int = round(degrees * 10**form.power)
        return scaled.to_bytes(4, form.order, signed=True)
    if isinstance(form, Float):
        packed: bytes = struct.pack(form._code, degrees)  # noqa: SLF001  (as above)
        return packed
    raise TypeError(form.name)


def single(
    data: bytes, span: tuple[int, int], known: Iterable[Point], digits: Callable[[str], str]
) -> list[Edit] | None:
    """Give the changes of decimal degrees that stand alone or near no known place; None without decimals.

    A number near half of a known place becomes what it becomes in a pair; of any other the decimals change.
    """
    edits = []
    places = list(known)
    for found in _DECIMAL.finditer(data, *span):
        text, degrees = found[0], float(found[0].replace(b",", b"."))
        made = b""
        for point in places:
            near_by = {abs(degrees - point.view.north): True, abs(degrees - point.view.east): False}
            if min(near_by) <= point.view.reach:
                north = near_by[min(near_by)]
                moved = point.moved(*((degrees, point.view.east) if north else (point.view.north, degrees)))
                made = number(text, "", moved[0 if north else 1], north=north)
                break
        edits.append(Edit(*found.span(), made or found[1] + digits(found[2].decode()).encode()))
    return edits or None


def fields(north: bytes, east: bytes, point: Point) -> tuple[bytes, bytes] | None:
    """Give what two fields say of the stand-in, where they say a point near a place; else None."""
    both = north + b"\0" + east
    span = (0, len(both))
    edits = _numbers(both, span, point, None) or _marked(both, span, point)
    if not edits:
        return None
    made = applied(both, edits).partition(b"\0")
    return made[0], made[2]
