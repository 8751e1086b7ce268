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
    keys = [_key(one) if _candidate(one) else None for one in findings]
    places: dict[tuple[str, str, str], set[str]] = {}
    times: dict[tuple[str, str, str], tuple[int, int]] = {}  # the earliest, the latest
    for one, key in zip(findings, keys, strict=True):
        if key is not None:
            places.setdefault(key, set()).add(one.destination.domain or one.destination.ip)
            first, last = times.get(key, (one.time_ns, one.time_ns))
            times[key] = min(first, one.time_ns), max(last, one.time_ns)
    told = {key: _reasons(len(places[key]), last - first) for key, (first, last) in times.items()}
    out = []
    for one, key in zip(findings, keys, strict=True):
        reasons = told[key] if key is not None else ()
        out.append(msgspec.structs.replace(one, reasons=(*one.reasons, *reasons)) if reasons else one)
    return out


def _reasons(count: int, span_ns: int) -> tuple[str, ...]:
    """Say to how many destinations, and over how long a time."""
    reasons = []
    if count >= LEAST:
        reasons.append(f"same value sent to {count} destinations")
    if span_ns >= LATER_NS:
        reasons.append(f"same value sent over {span_ns // (60 * 10**9)} minutes")
    return tuple(reasons)


def _candidate(one: Finding) -> bool:
    return one.seed is None and one.grade in {"inferred", "declared"} and one.direction == "sent"


def _key(one: Finding) -> tuple[str, str, str]:
    return one.source.device, one.identifier, one.value
