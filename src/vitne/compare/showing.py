"""How often, in what form and when one identifier went to one recipient in one half."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from vitne.compare.halves import Half
from vitne.compare.shape import Showing, Statistic
from vitne.exact import fisher, rates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.compare.halves import Look
    from vitne.model import Finding

Key = tuple[str, str]
"""Recipient and identifier."""

WINDOW_NS = 60_000_000_000
"""A sending this long after an event counts for it."""
LEAST_LOOKS = 4
"""Captures a half needs before captures are the unit: with fewer, no pattern is unlikely enough."""
_ONE_WAY = re.compile(r"^(?:md[45]|sha\d|sha3|sm3|hmac|blake|ripemd|crc|adler|murmur|mmh3|xxh|fnv|buvid)")
_GRADES = ("observed", "derived", "declared", "inferred")


def keys_of(half: Half) -> set[Key]:
    """Give every recipient and identifier of a half."""
    return {key for look in half.looks for key in look.by_key}


def hashed(finding: Finding) -> bool:
    """Say whether a value stands there in a form that does not lead back to it."""
    return any(_ONE_WAY.match(str(layer["codec"])) for layer in finding.layers)


def form_of(finding: Finding) -> str:
    """Name the way a value was wrapped, in words that two captures share."""
    codecs = [str(layer["codec"]) for layer in finding.layers]
    return f"{finding.protection}: {', '.join(codecs)}"


def showing(half: Half, key: Key) -> Showing | None:
    """Sum one identifier to one recipient up; None where it was not seen."""
    found = [(look, each) for look in half.looks for each in of_key(look, key)]
    if not found:
        return None
    forms = Counter(form_of(each) for _, each in found)
    firsts = [(each.time_ns - look.begin_ns) / 1e9 for look, each in found]
    grades = {each.grade for _, each in found}
    return Showing(
        sendings=len({(id(look), each.flow, each.message_frames) for look, each in found}),
        looks=len({id(look) for look, _ in found}),
        forms=tuple(form for form, _ in sorted(forms.items(), key=lambda item: (-item[1], item[0]))),
        fields=tuple(sorted({each.field for _, each in found if each.field})),
        protections=tuple(sorted({each.protection for _, each in found})),
        hashed=all(hashed(each) for _, each in found),
        hosts=tuple(sorted({each.destination.host or each.destination.ip for _, each in found})),
        first_s=round(min(firsts), 3),
        grades=tuple(grade for grade in _GRADES if grade in grades),
        deliveries=tuple(sorted({each.delivery for _, each in found})),
    )


def of_key(look: Look, key: Key) -> Sequence[Finding]:
    """Give the findings of one recipient and identifier in one look."""
    return look.by_key.get(key, ())


def reach(half: Half, key: Key) -> float:
    """Give the seconds that half of a half's looks took until the first sending; 0 where none has it."""
    delays = [
        (min(each.time_ns for each in found) - look.begin_ns) / 1e9
        for look in half.looks
        if (found := of_key(look, key))
    ]
    return median(delays) if delays else 0.0


def long_enough(half: Half, other: Half, key: Key) -> Half:
    """Leave out the looks that ended sooner than the other half took to show it."""
    least = reach(other, key)
    kept = tuple(look for look in half.looks if look.seconds >= least or key in look.by_key)
    return Half(label=half.label, looks=kept)


def statistics(before: Half, after: Half, key: Key) -> tuple[Statistic, ...]:
    """Test the difference by every unit that both halves have, the one that decides first.

    Events that were marked decide before captures, and captures (four on either side) before single sendings:
    sendings repeat one another, captures hardly.
    """
    out = []
    if any(look.moments for look in before.looks) and any(look.moments for look in after.looks):
        out.append(_shares("events", _followed(before, key), _followed(after, key)))
    if min(len(before.looks), len(after.looks)) >= LEAST_LOOKS:
        out.append(_shares("captures", _holding(before, key), _holding(after, key)))
    out.append(_sendings(before, after, key))
    return tuple(out)


def _shares(unit: str, first: tuple[int, int], second: tuple[int, int]) -> Statistic:
    says = f"{second[0]} of {second[1]} {unit} against {first[0]} of {first[1]}"
    return Statistic(
        unit="events" if unit == "events" else "captures",
        test="Fisher's exact test, two-sided",
        before=first,
        after=second,
        p=fisher(first, second),
        says=says,
    )


def _holding(half: Half, key: Key) -> tuple[int, int]:
    return sum(bool(of_key(look, key)) for look in half.looks), len(half.looks)


def _followed(half: Half, key: Key) -> tuple[int, int]:
    """Count the marked events that a sending followed within the window."""
    hits = total = 0
    for look in half.looks:
        times = sorted(each.time_ns for each in of_key(look, key))
        for moment in look.moments:
            at = bisect_right(times, moment)
            hit = at < len(times) and times[at] - moment <= WINDOW_NS
            hits += hit
            total += hit or moment + WINDOW_NS <= look.end_ns  # an end may have cut off what was to come
    return hits, total


def _messages(looks: Sequence[Look], key: Key) -> int:
    return sum(len({(each.flow, each.message_frames) for each in of_key(look, key)}) for look in looks)


def _sendings(before: Half, after: Half, key: Key) -> Statistic:
    first = (_messages(before.looks, key), before.seconds)
    second = (_messages(after.looks, key), after.seconds)
    says = f"{second[0]} sendings in {span(second[1])} against {first[0]} in {span(first[1])}"
    return Statistic(
        unit="sendings",
        test="exact conditional test of two rates, two-sided; takes sendings as independent",
        before=(first[0], round(first[1], 3)),
        after=(second[0], round(second[1], 3)),
        p=rates(first, second),
        says=says,
    )


def span(seconds: float) -> str:
    """Write a length of time for a person."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
