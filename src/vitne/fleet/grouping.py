"""Devices counted by build and by date: how many run a fixed build, still send, or are unknown."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from vitne.exact import interval
from vitne.fleet.shape import Count, Group, Running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

BUILD, DATE = "build", "date"
FIXED = "fixed build"
MOST_GROUPS = 200
"""Values of one column that are counted, and pairs of two: the first in their order."""
NOT = "≠ "
"""Stands before a value that a device does not have."""

Attributes = tuple[tuple[str, str], ...]


def count_of(sending: int, of: int, unknown: int) -> Count:
    """Give a count with the exact interval of its share."""
    low, high = interval(sending, of)
    return Count(sending=sending, of=of, unknown=unknown, low=round(low, 6), high=round(high, 6))


def _by(column: str, index: Mapping[Attributes, frozenset[int]]) -> dict[str, frozenset[int]]:
    """Give the devices by value of a column, whatever the case its name is written in."""
    out: dict[str, frozenset[int]] = {}
    for key, members in sorted(index.items()):
        if key[0][0].lower() == column and not key[0][1].startswith(NOT):
            out[key[0][1]] = out.get(key[0][1], frozenset()) | members
    return out


def running(
    index: Mapping[Attributes, frozenset[int]], devices: int, fixed: Sequence[str]
) -> Iterable[Running]:
    """Say how many devices run a fixed build: all together, and by date."""
    builds, dates = _by(BUILD, index), _by(DATE, index)
    told = frozenset[int]().union(*builds.values())
    mended = frozenset[int]().union(*(builds.get(build, frozenset()) for build in fixed))
    everyone = frozenset(range(devices))
    for date, members in [("", everyone), *islice(dates.items(), MOST_GROUPS)]:
        of = len(members & told)
        low, high = interval(len(members & mended), of)
        yield Running(
            date=date,
            running=len(members & mended),
            of=of,
            unknown=len(members - told),
            low=round(low, 6),
            high=round(high, 6),
        )


def groups(
    index: Mapping[Attributes, frozenset[int]],
    counted: Callable[[frozenset[int]], Count],
    fixed: Sequence[str],
) -> Iterable[Group]:
    """Count those who still send: with and without a fixed build, by build, by date, and by both."""
    builds, dates = _by(BUILD, index), _by(DATE, index)
    if fixed:
        told = frozenset[int]().union(*builds.values())
        mended = frozenset[int]().union(*(builds.get(build, frozenset()) for build in fixed))
        halves = {"yes": mended, "no": told - mended}
        for word, members in halves.items():
            yield Group(column=FIXED, value=word, count=counted(members))
        yield from _both((FIXED, halves), (DATE, dates), counted)
    for column, values in ((BUILD, builds), (DATE, dates)):
        for value, members in islice(values.items(), MOST_GROUPS):
            yield Group(column=column, value=value, count=counted(members))
    yield from _both((BUILD, builds), (DATE, dates), counted)


def _both(
    first: tuple[str, Mapping[str, frozenset[int]]],
    second: tuple[str, Mapping[str, frozenset[int]]],
    counted: Callable[[frozenset[int]], Count],
) -> Iterable[Group]:
    values = list(second[1].items())
    has: dict[int, list[int]] = {}  # device -> where its values of the second column stand
    for place, (_, others) in enumerate(values):
        for device in others:
            has.setdefault(device, []).append(place)
    met = (
        (one, values[place][0], members & values[place][1])
        for one, members in first[1].items()
        for place in sorted({place for device in members for place in has.get(device, ())})
    )
    for one, other, both in islice(met, MOST_GROUPS):
        yield Group(column=f"{first[0]}, {second[0]}", value=f"{one}, {other}", count=counted(both))
