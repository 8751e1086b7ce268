"""Readings: the ways to take written numbers as degrees.

Decimal degrees with three decimals or more; degrees scaled by 1e5, 1e6 or 1e7 as whole numbers; thousandths
and quarters of a second of arc (3GPP2 C.S0002); degrees with decimal minutes as GPS receivers write them
(NMEA 0183); metres on the spherical Mercator map (EPSG:3857); degrees, minutes and seconds with marks.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.identify.known_places import View

NUMBER = re.compile(rb"-?(?:[0-9]{1,3},[0-9]{3,17}|[0-9]{1,11}(?:\.[0-9]{1,17})?)")
MOST_PREFIXES = 12
MERCATOR = 6_378_137.0  # metres: radius of the sphere of EPSG:3857
_MAP = 20_037_509.0  # metres from the middle of that map to its edge
_POLE = 85.06  # degrees: the map ends there
_ARC = ((3_600_000, "thousandths of a second"), (14_400, "quarters of a second"))
_DEGREES = rb"(?:\xc2[\xb0\xba]|[\xb0\xba*:d]|deg|&deg;|/1[,;]|[ \t])[ \t]{0,2}"
_MARKS = (
    *(b"\xc2\xb0", b"\xc2\xba", b"\xb0", b"\xba", b"*", b":", b"d"),
    *(b"deg", b"&deg;", b"/1,", b"/1;", b" ", b"\t"),
)
_MINUTES = rb"(?:\xe2\x80\xb2|'|\xb4|min|m|:|&#39;|/1[,;]|[ \t])[ \t]{0,2}"
_SIDE = rb"([NSEWO](?![A-Za-z]))?"
_SECONDS = rb"(?:\xe2\x80\xb3|\"|''|sec|s|&quot;|&#34;)?"
_PART = rb"[0-9]{1,2}(?:[.,][0-9]{1,10})?"
_LAST = rb"(?:" + _MINUTES + rb"([0-9]{1,9}/[0-9]{1,8}|" + _PART + rb")" + _SECONDS + rb")?"
SEXAGESIMAL = re.compile(
    rb"([NSEWO])?[ 	]?(-?[0-9]{1,3})" + _DEGREES + rb"(" + _PART + rb")" + _LAST + rb"'?[ 	]?" + _SIDE
)

# what stands between degrees and minutes, and the minutes; written so that most bytes are passed by quickly
MARKS = (b"\xc2", b"\xb0", b"\xba", b"*", b":", b"d", b"&", b"/", b" ", b"\t")  # what it begins with
_BETWEEN = re.compile(
    rb"[\xc2\xb0\xba*:d&/ \t](?<=[0-9][\xc2\xb0\xba*:d&/ \t])"
    rb"(?:(?<=\xc2)[\xb0\xba]|(?<=[\xb0\xba*:d \t])|(?<=d)eg|(?<=&)deg;|(?<=/)1[,;])"
    rb"[ \t]{0,2}0?([0-9]{1,2})(?![0-9])"
)
_FOUR = re.compile(rb"[0-9]{1,4}\Z")


def marked(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give where degrees before minutes stand, the degrees and the minutes, in order."""
    at = 0
    while found := _BETWEEN.search(data, at):
        end = found.start()
        degrees = _FOUR.search(data[max(0, end - 4) : end])
        assert degrees is not None  # noqa: S101  (a digit stands before)
        yield end - len(degrees.group()), int(degrees.group()), int(found[1])
        at = end + 1


def marked_at(data: bytes, end: int) -> tuple[int, int, int] | None:
    """Give the same of degrees that end at a position; None where no minutes follow."""
    found = _BETWEEN.match(data, end)
    degrees = _FOUR.search(data[max(0, end - 4) : end]) if found is not None else None
    if found is None or degrees is None:
        return None
    return end - len(degrees[0]), int(degrees[0]), int(found[1])


class Reading(msgspec.Struct, frozen=True):
    """One way to take a written number as degrees."""

    name: str  # how it is written, for a person; both numbers of a pair have the same
    degrees: float  # what it says
    slack: float  # degrees: half of its last digit


def near(north: bytes, east: bytes, view: View) -> tuple[Reading, Reading] | None:
    """Give the readings of two numbers that put them near a place, written alike."""
    for latitude in readings(north, north=True):
        if abs(latitude.degrees - view.north) > 2 * view.reach + latitude.slack:
            continue
        for longitude in readings(east, north=False):
            if latitude.name == longitude.name and within(view, latitude, longitude):
                return latitude, longitude
    return None


def within(view: View, latitude: Reading, longitude: Reading) -> bool:
    """Say whether two readings lie within the radius, or what their last digits leave open reaches it."""
    return view.metres(latitude.degrees, longitude.degrees) <= view.radius + slack_of(latitude, longitude)


def slack_of(latitude: Reading, longitude: Reading) -> float:
    """Give the metres that the last digits of two readings leave open."""
    return math.hypot(latitude.slack, longitude.slack) * 111_195.0


def readings(number: bytes, *, north: bool) -> Iterator[Reading]:
    """Give all ways to take a number as degrees of latitude or of longitude."""
    text = number.decode().replace(",", ".")
    whole, point, part = text.partition(".")
    value, long = float(text), len(whole.lstrip("-")) >= 5
    if point and len(part) >= 3:
        yield from _decimal(value, 10.0 ** -len(part) / 2)
    elif not point and long:
        yield from _scaled(value)
    if long and abs(value) <= _MAP:
        last = math.degrees(10.0 ** -len(part) / 2 / MERCATOR)
        degrees = math.degrees(math.atan(math.sinh(value / MERCATOR)) if north else value / MERCATOR)
        yield Reading("metres on the Mercator map", degrees, last)


def _decimal(value: float, last: float) -> Iterator[Reading]:
    yield Reading("", value, last)
    degrees, minutes = divmod(abs(value), 100)
    if abs(value) >= 100 and minutes < 60:
        for sign in (1, -1):  # the letter behind the number says which; a place has one sign only
            yield Reading("degrees and minutes", sign * (degrees + minutes / 60), last / 60)


def _scaled(value: float) -> Iterator[Reading]:
    for power in (7, 6, 5):
        if abs(value) <= 180 * 10**power:
            yield Reading(f"degrees times 1e{power}", value / 10**power, 0.5 / 10**power)
    for units, name in _ARC:
        if abs(value) <= 180 * units:
            yield Reading(name, value / units, 0.5 / units)


def prefixes(view: View) -> list[bytes]:
    """Give the first characters that a latitude near the place can have, few but selective."""
    low, high = max(0.0, abs(view.north) - view.reach), abs(view.north) + view.reach
    found: set[bytes] = set()
    for scale in (1000, 100, 10, 1):
        steps = range(math.floor(low * scale), math.floor(high * scale) + 1)
        if len(steps) <= MOST_PREFIXES:
            width = len(str(scale)) - 1
            for step in steps:
                whole, part = divmod(step, scale)
                digits = f"{part:0{width}d}" if width else ""
                found |= {f"{whole}{mark}{digits}".encode() for mark in (".", ",", "")}
            break
    found.update(_whole(low * 3_600_000, high * 3_600_000, 1000))
    found.update(_whole(low * 14_400, high * 14_400, 10))
    if high < _POLE:
        found.update(_whole(_mercator(low), _mercator(high), 100))
    for step in range(int(low * 60), int(high * 60) + 1):
        found.add(f"{step // 60:02d}{step % 60:02d}.".encode())
    return sorted(found)


def _whole(low: float, high: float, cut: int) -> Iterator[bytes]:
    """Give the first digits of whole numbers in a range, of which the last ones are left away."""
    steps = range(int(low) // cut, int(high) // cut + 1)
    while len(steps) > MOST_PREFIXES:
        cut *= 10
        steps = range(int(low) // cut, int(high) // cut + 1)
    yield from (str(step).encode() for step in steps if step >= 1000)


def _mercator(degrees: float) -> float:
    return MERCATOR * math.log(math.tan(math.pi / 4 + math.radians(degrees) / 2))


def degrees_and_minutes(view: View) -> Iterator[tuple[int, int]]:
    """Give the whole degrees and minutes that a latitude near the place can have."""
    low, high = max(0.0, abs(view.north) - view.reach), abs(view.north) + view.reach
    steps = range(int(low * 60), int(high * 60) + 1)
    for step in steps if len(steps) <= 8 * MOST_PREFIXES else ():
        yield divmod(step, 60)


def with_marks(degrees: int, minutes: int) -> bytes:
    """Give a pattern of whole degrees and minutes with marks between."""
    return rb"0?%d" % degrees + _DEGREES + rb"0?%d(?![0-9])" % minutes


def listed(degrees: int, minutes: int) -> set[bytes]:
    """Give what that pattern matches from the degrees on, one by one."""
    return {
        b"%d%s%s%s%d" % (degrees, mark, gap, zero, minutes)
        for mark in _MARKS
        for gap in (b"", b" ", b"\t", b"  ", b" \t", b"\t ", b"\t\t")
        for zero in (b"", b"0")
    }


def sexagesimal(found: Sequence[bytes | None]) -> Iterator[Reading]:
    """Take the groups of a match of ``SEXAGESIMAL`` as degrees; without a letter it may have either sign."""
    before, degrees, minutes, seconds, behind = found
    if degrees is None or minutes is None:
        return
    whole = abs(int(degrees)) + _fraction(minutes) / 60 + _fraction(seconds) / 3600
    last = _last(seconds) / 3600 if seconds else _last(minutes) / 60
    letter = behind or before or (b"S" if degrees.startswith(b"-") else b"")
    letter = b"" if letter == b"O" else letter  # east in German, west in French
    for sign in (-1,) if letter in {b"S", b"W"} else (1,) if letter else (1, -1):
        yield Reading("degrees, minutes and seconds", sign * whole, last)


def _fraction(text: bytes | None) -> float:
    if not text:
        return 0.0
    above, mark, below = text.replace(b",", b".").partition(b"/")
    return float(above) / (int(below) or 1) if mark else float(above)


def _last(text: bytes) -> float:
    """Give half of the last digit of a written number."""
    if b"/" in text:
        return 0.5 / (int(text.partition(b"/")[2]) or 1)
    return float(10.0 ** -len(text.replace(b",", b".").partition(b".")[2]) / 2)
