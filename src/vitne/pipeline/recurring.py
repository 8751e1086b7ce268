"""Recurring values: what a candidate's coming back tells, in its reasons.

A value that one device sends to several destinations, or again after a while, is likelier an identifier than
one that comes once.  Known values need no such reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.model import Finding

LEAST = 2  # destinations that are worth a reason
LATER_NS = 600 * 10**9  # ten minutes: a value that stays so long outlives a session


def recurring(findings: Sequence[Finding]) -> list[Finding]:
    """Add to each candidate to how many destinations, and over how long a time, the same value was sent."""
    places: dict[tuple[str, str, str], set[str]] = {}
    times: dict[tuple[str, str, str], tuple[int, int]] = {}  # the earliest, the latest
    for one in findings:
        if _candidate(one):
            places.setdefault(_key(one), set()).add(one.destination.domain or one.destination.ip)
            first, last = times.get(_key(one), (one.time_ns, one.time_ns))
            times[_key(one)] = min(first, one.time_ns), max(last, one.time_ns)
    out = []
    for one in findings:
        reasons = []
        if _candidate(one):
            first, last = times[_key(one)]
            count, span = len(places[_key(one)]), last - first
            if count >= LEAST:
                reasons.append(f"same value sent to {count} destinations")
            if span >= LATER_NS:
                reasons.append(f"same value sent over {span // (60 * 10**9)} minutes")
        out.append(msgspec.structs.replace(one, reasons=(*one.reasons, *reasons)) if reasons else one)
    return out


def _candidate(one: Finding) -> bool:
    return one.seed is None and one.grade in {"inferred", "declared"} and one.direction == "sent"


def _key(one: Finding) -> tuple[str, str, str]:
    return one.source.device, one.identifier, one.value
