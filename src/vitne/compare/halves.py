"""One half of a comparison: what each of its captures or cases showed, and what it could not show.

A look is one capture or case taken as a whole; a half is some looks of one state (a build, a consent, a
country).  Only what devices sent to others counts: what stays on the own network goes to no recipient.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model import Destination, Finding

FAR = frozenset({"internet", "operator-core"})
BLOCKING = frozenset(
    {"unreadable-input", "internal", "limit", "snap-length", "damaged-record", "unknown-link-type"}
)
"""Gaps that may hide anything, whatever its destination."""
_JOIN_PAUSE_NS = 30_000_000_000
"""Questions for an address closer together than this are one joining of the network."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One capture or case as a whole."""

    name: str  # what to call it
    captures: tuple[tuple[str, str], ...]  # name and SHA-256 of each
    begin_ns: int  # first record
    end_ns: int  # last record
    findings: tuple[Any, ...]  # Finding: sent, to others
    by_key: Mapping[tuple[str, str], tuple[Any, ...]]  # recipient and identifier -> the same findings
    unreadable: Mapping[str, tuple[int, int]]  # recipient -> bytes, flows
    reasons: Mapping[str, tuple[str, ...]]  # recipient -> why its bytes could not be read
    gaps: Mapping[str, int]  # kind -> how many
    joins: tuple[int, ...]  # times at which a device joined the network (DHCP discover)
    partial: bool = False  # stopped before its end, or a part failed
    moments: tuple[int, ...] = ()  # times of the events that were marked
    triggers: Mapping[str, int] = {}  # kind of device event in the logs -> how many while it lasted
    rules: str = ""  # digest of versions and data files it was scanned with, "" where it is not told
    known: bool | None = None  # it was scanned with a subject file; None where it is not told

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return max(self.end_ns - self.begin_ns, 0) / 1e9


class Half(msgspec.Struct, frozen=True, kw_only=True):
    """Some looks of one state."""

    label: str  # "before", "after"
    looks: tuple[Look, ...]

    @property
    def seconds(self) -> float:
        """How long its looks lasted together."""
        return sum(look.seconds for look in self.looks)


def recipient_of(destination: Destination) -> str:
    """Name where something went: the registrable domain, else the host, else the address."""
    return destination.domain or destination.host or destination.ip


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """What logs of the device tell."""

    times: Mapping[str, Sequence[int]] = {}  # kind of device event -> when
    counted: str = ""  # the kind by which sendings are counted


def look_of(
    outcome: Any, *, name: str, logged: Logged | None = None, rules: Any = None, known: bool | None = None
) -> Look:
    """Take what counts out of a result or a case; ``rules`` are those it was scanned with."""
    logged = logged or Logged()
    captures = outcome.captures
    first = [each.first_ns for each in captures if each.first_ns is not None]
    last = [each.last_ns for each in captures if each.last_ns is not None]
    begin, end = (min(first), max(last)) if first and last else (0, 0)
    unreadable, reasons = _unreadable(outcome.opaque)
    gaps: Counter[str] = Counter()
    for gap in outcome.gaps:
        gaps[gap.kind] += gap.count
    joins = _joins(outcome.transmissions)
    sent = tuple(_sent(outcome.findings))
    by_key: dict[tuple[str, str], list[Finding]] = {}
    for each in sent:
        by_key.setdefault((recipient_of(each.destination), each.identifier), []).append(each)
    return Look(
        name=name,
        captures=tuple((each.name, each.sha256) for each in captures),
        begin_ns=begin,
        end_ns=end,
        findings=sent,
        by_key={key: tuple(found) for key, found in by_key.items()},
        unreadable=unreadable,
        reasons=reasons,
        gaps=dict(sorted(gaps.items())),
        joins=_bursts(joins),
        partial=bool(outcome.partial or getattr(outcome, "failed", False)),
        rules=_digest(rules),
        known=known,
        moments=_during(logged.times.get(logged.counted, ()), begin, end),
        triggers={
            kind: count
            for kind, own in sorted(logged.times.items())
            if (count := len(_during(own, begin, end)))
        },
    )


def _during(times: Iterable[int], begin: int, end: int) -> tuple[int, ...]:
    return tuple(sorted(moment for moment in times if begin <= moment <= end))


def _digest(rules: Any) -> str:
    """Give the digest of the rules: versions of libraries alone do not count."""
    if not isinstance(rules, dict):
        return ""
    own = {key: value for key, value in rules.items() if key != "libraries"}
    return hashlib.sha256(msgspec.json.encode(own, order="deterministic")).hexdigest()


def _sent(findings: Iterable[Finding]) -> Iterable[Finding]:
    return (each for each in findings if each.direction == "sent" and each.scope in FAR)


def _unreadable(totals: Iterable[Any]) -> tuple[dict[str, tuple[int, int]], dict[str, tuple[str, ...]]]:
    """Add up unreadable bytes and flows by recipient."""
    sums: dict[str, tuple[int, int]] = {}
    reasons: dict[str, set[str]] = {}
    for total in totals:
        if total.scope not in FAR or total.bytes <= 0:
            continue
        key = recipient_of(total.destination)
        length, flows = sums.get(key, (0, 0))
        sums[key] = length + total.bytes, flows + total.flows
        reasons.setdefault(key, set()).add(total.reason)
    return dict(sorted(sums.items())), {key: tuple(sorted(why)) for key, why in sorted(reasons.items())}


def _joins(transmissions: Iterable[Any]) -> list[int]:
    """Give the times of questions for an address."""
    return [row.time_ns for row in transmissions if row.protocol == "dhcp" and row.kind == "discover"]


def _bursts(times: list[int]) -> tuple[int, ...]:
    out: list[int] = []
    last = None
    for time_ns in sorted(times):
        if last is None or time_ns - last > _JOIN_PAUSE_NS:
            out.append(time_ns)
        last = time_ns
    return tuple(out)
