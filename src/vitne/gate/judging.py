"""Every sending beside the policy: let through, waived, known from a baseline, or objected to.

A result stands for all sendings of one identifier to one host under one field name in one protection.  Its
fingerprint is made from exactly these, never from a value, a frame or a time: it stays the same from build to
build, and gives nothing of a person away.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from vitne.model import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from vitne.gate.policy import Allowance, Policy, Waiver
    from vitne.model import Destination, Finding

State = Literal["objected", "waived", "baseline", "allowed", "noted"]
_MOST_CAPTURES = 20
_MARK = b"vitne-gate-fingerprint/1"
_PLACE = re.compile(r"\[\d*\]")
UNREADABLE = "unreadable"
"""Stands in the place of an identifier for traffic that nobody could read."""
GAP = "gap"
"""Stands there for a part of the captures that nobody saw."""
_UNREAD = frozenset({"unreadable-input", "internal"})
_HIDING = _UNREAD | {
    "limit", "snap-length", "damaged-record", "truncated-file", "missing-segment", "missing-fragment",
    "unknown-link-type", "not-exported",
}  # fmt: skip


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One result: what was sent, to whom, how, and what the policy makes of it."""

    fingerprint: str  # "v1-" and 32 hexadecimal digits
    state: State
    identifier: str  # word of the closed list, or "unreadable"
    kind: str  # its kind, "" for what is unreadable
    recipient: str  # host, else address
    domain: str  # registrable domain, "" without
    field: str  # the sender's own name, without places in lists
    protection: str  # clear, encoded, decrypted; "" for what is unreadable
    sender: str  # id of the known sender, "" without
    grade: str  # the strongest met
    count: int  # messages, or connections of what is unreadable
    captures: tuple[str, ...]  # names of the captures that hold it
    frames: tuple[int, ...]  # of the first message
    message: str  # for a person, without values
    reason: str = ""  # why it is let through: of the allowance or the waiver
    expires: str = ""  # last day of the waiver


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a gate says."""

    title: str  # of the policy
    results: tuple[Judged, ...]  # objected first, then by identifier and recipient
    counts: dict[str, int]  # state -> how many
    notes: tuple[str, ...]  # waivers that ran out or match nothing, allowances that could not be judged
    absent: tuple[str, ...]  # fingerprints that the baseline has and this does not
    gaps: dict[str, int]  # what could not be read: kind -> how many
    whole: bool = True  # the captures were read to their end, and nothing failed on the way
    compared: bool = False  # there was a baseline

    @property
    def passed(self) -> bool:
        """Nothing is objected to."""
        return not self.counts.get("objected")


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen: of one result or of several."""

    findings: Sequence[Any]  # Finding, masked
    opaque: Sequence[Any]  # OpaqueTotal
    gaps: Sequence[Any]  # Gap
    events: Mapping[str, Sequence[int]] | None = None  # kind of device event -> times; None: no log
    captures: tuple[str, ...] = ()  # names of all captures, for what is not told of a single one
    whole: bool = True  # they were read to their end, and nothing failed on the way


def fingerprint(*parts: str) -> str:
    """Give the fingerprint of a result from what it stands for."""
    digest = hashlib.sha256(_MARK)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part.encode("utf-8", "surrogatepass"))
    return f"v1-{digest.hexdigest()[:32]}"


def judge(sight: Sight, policy: Policy, *, today: date, baseline: frozenset[str] | None = None) -> Outcome:
    """Judge everything that was seen; ``today`` decides which waivers hold."""
    compared, baseline = baseline is not None, baseline or frozenset()
    waivers = {each.fingerprint: each for each in policy.waiver}
    notes: list[str] = []
    results = [
        _settled(one, waivers, today=today, baseline=baseline, notes=notes)
        for one in (*_sendings(sight, policy, notes), *_unreadable(sight, policy), *_unseen(sight, policy))
    ]
    met = {each.fingerprint for each in results}
    notes.extend(
        f"waiver {waiver.fingerprint} matches nothing here: {waiver.reason}"
        for waiver in policy.waiver
        if waiver.fingerprint not in met
    )
    order = ("objected", "waived", "baseline", "noted", "allowed")
    results.sort(key=lambda each: (order.index(each.state), each.identifier, each.recipient, each.field))
    gaps: Counter[str] = Counter()
    for gap in sight.gaps:
        gaps[gap.kind] += gap.count
    return Outcome(
        title=policy.title,
        results=tuple(results),
        counts=dict(sorted(Counter(each.state for each in results).items())),
        notes=tuple(dict.fromkeys(notes)),
        absent=tuple(sorted(baseline - met)),
        gaps=dict(sorted(gaps.items())),
        whole=sight.whole,
        compared=compared,
    )


def _settled(
    one: Judged,
    waivers: Mapping[str, Waiver],
    *,
    today: date,
    baseline: frozenset[str],
    notes: list[str],
) -> Judged:
    """Let pass what a waiver or the baseline knows."""
    if one.state != "objected":
        return one
    waiver = waivers.get(one.fingerprint)
    if waiver is not None:
        day = waiver.expires.isoformat()
        if today <= waiver.expires:
            return msgspec.structs.replace(one, state="waived", reason=waiver.reason, expires=day)
        notes.append(f"waiver {one.fingerprint} ran out on {day}: {waiver.reason}")
    if one.fingerprint in baseline:
        return msgspec.structs.replace(one, state="baseline", reason="the baseline has it too")
    return one


def _sendings(sight: Sight, policy: Policy, notes: list[str]) -> Iterable[Judged]:
    """Give one result per identifier, host, field and protection."""
    groups: dict[str, list[Finding]] = {}
    for finding in sight.findings:
        if _judged(finding, policy):
            groups.setdefault(_mark_of(finding), []).append(finding)
    for mark, found in sorted(groups.items()):
        yield _result(mark, found, *_left_over(found, sight, policy, notes))


def _judged(finding: Finding, policy: Policy) -> bool:
    return (
        finding.direction == "sent"
        and finding.kind in policy.kinds
        and finding.scope in policy.scopes
        and GRADES.index(finding.grade) >= GRADES.index(policy.grade)
    )


def _mark_of(finding: Finding) -> str:
    where = finding.destination.host or finding.destination.ip
    return fingerprint(finding.identifier, where, field_of(finding), finding.protection, finding.protocol)


def field_of(finding: Finding) -> str:
    """Give the sender's name for a value without places in lists."""
    return _PLACE.sub("", finding.field)


def marks_of(findings: Iterable[Finding], policy: Policy) -> frozenset[str]:
    """Give the fingerprints of a baseline's findings."""
    return frozenset(_mark_of(each) for each in findings if _judged(each, policy))


def dark_of(opaque: Iterable[Any], policy: Policy) -> frozenset[str]:
    """Give the fingerprints of what a baseline could not read; a gap of it lets nothing pass."""
    if policy.unreadable == "ignore":
        return frozenset()
    return frozenset(
        fingerprint(UNREADABLE, each.destination.host or each.destination.ip)
        for each in opaque
        if each.scope in policy.scopes and each.bytes > 0
    )


def _result(mark: str, found: list[Finding], left: int, reason: str) -> Judged:
    first = min(found, key=lambda each: (each.time_ns, each.frames))
    where = first.destination.host or first.destination.ip
    how = {"clear": "in clear", "encoded": "encoded, and readable without a key"}.get(
        first.protection, "inside an encryption that was opened"
    )
    count = len({(each.capture["sha256"], each.flow, each.message_frames) for each in found})
    told = f"{first.identifier} sent to {where} {how}, {count} times"
    if left and left < len(found):
        told += f"; {left} of {len(found)} of them outside of what the policy allows"
    return Judged(
        fingerprint=mark,
        state="objected" if left else "allowed",
        identifier=first.identifier,
        kind=first.kind,
        recipient=where,
        domain=first.destination.domain,
        field=field_of(first),
        protection=first.protection,
        sender=first.sender or "",
        grade=max((each.grade for each in found), key=GRADES.index),
        count=count,
        captures=tuple(sorted({each.capture["name"] for each in found})),
        frames=first.frames,
        message=told,
        reason="" if left else reason,
    )


def _left_over(found: list[Finding], sight: Sight, policy: Policy, notes: list[str]) -> tuple[int, str]:
    """Count the findings that no allowance covers, and give the reason of the first that covers any."""
    left, reason = 0, ""
    for finding in found:
        covering = next((each for each in policy.allow if _covers(each, finding, sight, notes)), None)
        left += covering is None
        reason = reason or (covering.because if covering is not None else "")
    return left, reason


def _covers(allowance: Allowance, finding: Finding, sight: Sight, notes: list[str]) -> bool:
    words = {finding.identifier, f"kind:{finding.kind}", "*"}
    if words.isdisjoint(allowance.identifiers) or not _reaches(allowance.recipients, finding.destination):
        return False
    if allowance.protection and finding.protection not in allowance.protection:
        return False
    if not allowance.triggers:
        return True
    if sight.events is None:
        triggers = ", ".join(allowance.triggers)
        notes.append(
            f"no log of device events: whether {triggers} set it off cannot be told, so it counts as not"
        )
        return False
    within = round(allowance.within_s * 1e9)
    return any(_after(sight.events.get(each, ()), finding.time_ns, within) for each in allowance.triggers)


def _after(times: Sequence[int], time_ns: int, within_ns: int) -> bool:
    """Say whether one of some sorted times lies at most so long before another."""
    at = bisect_right(times, time_ns)
    return at > 0 and time_ns - times[at - 1] <= within_ns


def _reaches(globs: Sequence[str], destination: Destination) -> bool:
    names = [each for each in (destination.host, destination.domain, destination.ip) if each]
    return any(fnmatchcase(name.lower(), glob.lower()) for name in names for glob in globs)


def _unreadable(sight: Sight, policy: Policy) -> Iterable[Judged]:
    """Give one result per host whose traffic nobody could read."""
    if policy.unreadable == "ignore":
        return
    totals: dict[str, list[Any]] = {}
    for total in sight.opaque:
        if total.scope in policy.scopes and total.bytes > 0:
            totals.setdefault(total.destination.host or total.destination.ip, []).append(total)
    for where, found in sorted(totals.items()):
        accepted = any(_reaches(policy.readable, each.destination) for each in found)
        why = ", ".join(sorted({each.reason for each in found}))
        flows, length = sum(each.flows for each in found), sum(each.bytes for each in found)
        yield Judged(
            fingerprint=fingerprint(UNREADABLE, where),
            state="allowed" if accepted else "objected" if policy.unreadable == "fail" else "noted",
            identifier=UNREADABLE,
            kind="",
            recipient=where,
            domain=found[0].destination.domain,
            field="",
            protection="",
            sender="",
            grade="",
            count=flows,
            captures=sight.captures[:_MOST_CAPTURES],
            frames=(),
            message=f"{flows} connections with {where} ({length} bytes, {why}) could not be read",
            reason="the policy accepts that it cannot be read" if accepted else "",
        )


def _unseen(sight: Sight, policy: Policy) -> Iterable[Judged]:
    """Give one result per kind of gap that may hide a sending."""
    failing = {"note": frozenset[str](), "unread": _UNREAD, "fail": _HIDING}[policy.gaps]
    kinds: dict[str, list[Any]] = {}
    for gap in sight.gaps:
        if gap.kind in _HIDING:
            kinds.setdefault(gap.kind, []).append(gap)
    for kind, found in sorted(kinds.items()):
        count = sum(each.count for each in found)
        why = found[0].why
        yield Judged(
            fingerprint=fingerprint(GAP, kind),
            state="objected" if kind in failing else "noted",
            identifier=GAP,
            kind="",
            recipient=kind,
            domain="",
            field="",
            protection="",
            sender="",
            grade="",
            count=count,
            captures=sight.captures[:_MOST_CAPTURES],
            frames=(),
            message=f"{count} times {kind}: what is hidden there was not judged"
            + (f" ({why})" if why else ""),
        )
