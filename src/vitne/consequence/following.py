"""How well a phone could be followed from what one recipient got: fixes, gaps, and how near it stays known.

After a fix a phone may move, so what is known of its place spreads with time: the uncertainty at a moment is
the smallest, over all fixes, of the fix's own error and the way the phone can have gone since or until then.
Every number this rests on is an assumption that is printed.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_S = 1_000_000_000
_DAY_NS = 86_400 * _S
NEAR_M = 1000.0
RADII = (("cell in a town", 500.0), ("cell in a suburb", 2000.0), ("cell in the country", 10_000.0))
"""Stated defaults where no table gives a cell's reach: metres within which the phone is."""
COORDINATE_M = 50.0
"""Stated default for coordinates without an accuracy."""


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """One moment at which the recipient learned of the phone's place."""

    time_ns: int
    label: str  # masked value: cell-id#1
    kind: str  # "cell-id", "location", "bssid", "ssid"
    radius_m: float | None = None  # error of the place, None for the assumed one
    position: tuple[float, float] | None = None  # latitude, longitude where a table or the value gives it


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How long the phone stays known within a kilometre, under one assumption of a fix's error."""

    assumption: str  # in words
    radius_m: float  # error of a fix, 0 where each fix has its own
    known_s: float  # seconds within ``NEAR_M``
    of_s: float  # seconds looked at


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What was known at once, from what had come by then: following in real time."""

    median_age_s: float  # age of the newest fix at half of all moments
    longest_age_s: float  # of the newest fix at any moment
    shares: tuple[Share, ...]  # how long the phone was known within a kilometre without what came later


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """How far a track made from fixes lies from where the phone was."""

    moments: int  # of the known track, between the first fix and the last
    median_m: float  # half of the moments are nearer
    nine_tenths_m: float  # nine of ten moments are nearer
    worst_m: float  # the farthest moment


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """How well the phone could be followed."""

    fixes: int  # moments with a place, one a message
    places: int  # distinct labels
    span_s: float  # seconds from the first fix to the last
    per_day: float  # fixes a day, over the span
    median_gap_s: float | None  # between fixes, None for fewer than two
    longest_gap_s: float | None  # between fixes
    shares: tuple[Share, ...]  # one an assumption of a fix's error
    live: Live | None  # None for a single moment
    night_place: tuple[str, int, int] | None  # label most seen at night, nights with it, nights with any fix
    work_place: tuple[str, int, int] | None  # the same for workdays from 9 to 16
    assumptions: tuple[str, ...]  # that every number here rests on


def follow(fixes: Iterable[Fix], *, speed: float = 1.4, zone_h: float = 0.0) -> Following:
    """Say how well a phone could be followed; ``speed`` in m/s, ``zone_h`` hours before UTC."""
    ordered = sorted(fixes, key=lambda each: (each.time_ns, each.label))
    times = [each.time_ns for each in ordered]
    gaps = sorted((after - before) / _S for before, after in itertools.pairwise(times) if after > before)
    span = (times[-1] - times[0]) / _S if times else 0.0
    radii = (
        RADII if any(each.radius_m is None for each in ordered) else (("reach as given with each fix", 0.0),)
    )
    night, work = _usual(ordered, zone_h, _is_night), _usual(ordered, zone_h, _is_work)
    return Following(
        fixes=len(ordered),
        places=len({each.label for each in ordered}),
        span_s=span,
        per_day=len(ordered) / span * 86_400 if span else float(len(ordered)),
        median_gap_s=gaps[len(gaps) // 2] if gaps else None,
        longest_gap_s=gaps[-1] if gaps else None,
        shares=tuple(_share(ordered, name, radius, speed) for name, radius in radii),
        live=_live(ordered, radii, speed),
        night_place=night,
        work_place=work,
        assumptions=(
            f"the phone moves at {speed:g} m/s at most",
            "the recipient keeps every fix with its time",
            f"local time is UTC{zone_h:+g} h; night is 0 to 6, work is 9 to 16 from Monday to Friday",
            "a cell table gives where phones were measured, not where the mast stands",
            "looked at is the time from the first fix to the last; what came before or after is not known",
        ),
    )


def _live(fixes: Sequence[Fix], radii: Sequence[tuple[str, float]], speed: float) -> Live | None:
    """Look at each moment with the fixes before it alone."""
    gaps = [(b.time_ns - a.time_ns) / _S for a, b in itertools.pairwise(fixes)]
    if not sum(gaps):
        return None
    low, high = 0.0, max(gaps)
    for _ in range(60):  # half of the time the newest fix is younger than this age
        middle = (low + high) / 2
        if sum(min(gap, middle) for gap in gaps) * 2 < sum(gaps):
            low = middle
        else:
            high = middle
    return Live(
        median_age_s=round(high, 3),
        longest_age_s=max(gaps),
        shares=tuple(_share(fixes, name, radius, speed, live=True) for name, radius in radii),
    )


def _share(fixes: Sequence[Fix], name: str, radius: float, speed: float, *, live: bool = False) -> Share:
    """Add up the time around fixes in which the uncertainty stays below the bound; overlaps count once."""
    if not fixes:
        return Share(assumption=name, radius_m=radius, known_s=0.0, of_s=0.0)
    begin, end = fixes[0].time_ns, fixes[-1].time_ns
    known, reached = 0, begin
    for each in fixes:
        own = each.radius_m if each.radius_m is not None else radius
        half = int((NEAR_M - own) / speed * _S) if own < NEAR_M else -1
        if half < 0:
            continue
        low, high = max(each.time_ns - (0 if live else half), reached), min(each.time_ns + half, end)
        if high > low:
            known += high - low
        reached = max(reached, high)
    return Share(assumption=name, radius_m=radius, known_s=known / _S, of_s=(end - begin) / _S)


def _is_night(hour: float, weekday: int) -> bool:
    del weekday
    return hour < 6


def _is_work(hour: float, weekday: int) -> bool:
    return 9 <= hour < 16 and weekday < 5


def _usual(
    fixes: Sequence[Fix], zone_h: float, when: Callable[[float, int], bool]
) -> tuple[str, int, int] | None:
    """Give the place seen on most days at some hours: label, days with it, days with any."""
    days: dict[int, dict[str, int]] = {}
    for each in fixes:
        local = each.time_ns + int(zone_h * 3600 * _S)
        day = local // _DAY_NS
        if when((local % _DAY_NS) / (3600 * _S), (day + 3) % 7):  # 1 January 1970 was a Thursday
            seen = days.setdefault(day, {})
            seen[each.label] = seen.get(each.label, 0) + 1
    if not days:
        return None
    counted: dict[str, int] = {}
    for seen in days.values():
        label = max(seen, key=lambda each: (seen[each], each))
        counted[label] = counted.get(label, 0) + 1
    best = max(sorted(counted), key=lambda each: counted[each])
    return best, counted[best], len(days)


def where_at(fixes: Sequence[Fix], at_ns: int) -> tuple[float, float] | None:
    """Give the position a recipient would assume at a moment: between two fixes on the straight line."""
    return _on(_placed(fixes), at_ns)


_Track = tuple[list[int], list[tuple[float, float]]]
"""When, ascending, and where: latitude and longitude in degrees."""


def _placed(fixes: Iterable[Fix]) -> _Track:
    """Give the fixes whose place is known, in order of time."""
    known = [each for each in sorted(fixes, key=lambda each: each.time_ns) if each.position is not None]
    return [each.time_ns for each in known], [each.position for each in known if each.position is not None]


def _on(track: _Track, at_ns: int) -> tuple[float, float] | None:
    times, places = track
    after = bisect_right(times, at_ns)
    if not times or after in {0, len(times)}:
        return places[min(after, len(times) - 1)] if times else None
    first, second = places[after - 1], places[after]
    part = (at_ns - times[after - 1]) / (times[after] - times[after - 1])
    return first[0] + (second[0] - first[0]) * part, first[1] + (second[1] - first[1]) * part


def miss(fixes: Sequence[Fix], truth: Sequence[tuple[int, float, float]]) -> Miss | None:
    """Compare the track that fixes give with where the phone was: (time_ns, latitude, longitude), degrees.

    Looked at are moments between the first fix with a position and the last; None where there is none.
    """
    track = _placed(fixes)
    if not track[0]:
        return None
    first, last = track[0][0], track[0][-1]
    errors = sorted(
        metres((latitude, longitude), where)
        for time_ns, latitude, longitude in truth
        if first <= time_ns <= last and (where := _on(track, time_ns)) is not None
    )
    if not errors:
        return None
    return Miss(
        moments=len(errors),
        median_m=round(errors[len(errors) // 2], 1),
        nine_tenths_m=round(errors[min(len(errors) * 9 // 10, len(errors) - 1)], 1),
        worst_m=round(errors[-1], 1),
    )


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Give the great-circle distance of two points (latitude, longitude in degrees) on a sphere."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(h)))
