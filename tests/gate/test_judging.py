"""Sendings judged by a policy: allowed, objected to, waived, known; fingerprints that hold no value."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from vitne.gate.judging import Outcome, Sight, dark_of, judge, marks_of
from vitne.gate.policy import policy_of
from vitne.lab import samples
from vitne.model import Gap
from vitne.store import OpaqueTotal

TODAY = date(2026, 11, 22)


def allow(**changes: Any) -> dict[str, Any]:
    said = {"identifiers": ["imei"], "recipients": ["*.carrier.example"], "because": "contract 4.2"}
    return said | changes


def outcome(*allows: dict[str, Any], findings: Any = None, events: Any = None, **policy: Any) -> Outcome:
    rules = policy_of({"version": 1, "allow": list(allows), **policy})
    sight = Sight(
        findings=[samples.finding()] if findings is None else findings, opaque=[], gaps=[], events=events
    )
    return judge(sight, rules, today=TODAY)


def test_what_no_line_of_the_policy_names_is_objected_to() -> None:
    [one] = outcome().results
    assert (one.state, one.identifier, one.recipient) == ("objected", "imei", "registration.carrier.example")
    assert one.count == 1
    assert not outcome().passed
    assert outcome(allow()).passed
    assert outcome(allow()).results[0].reason == "contract 4.2"


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (allow(identifiers=["kind:identifier"]), "allowed"),
        (allow(identifiers=["*"]), "allowed"),
        (allow(identifiers=["imsi"]), "objected"),
        (allow(recipients=["carrier.example"]), "allowed"),
        (allow(recipients=["203.0.113.*"]), "allowed"),
        (allow(recipients=["other.example"]), "objected"),
        (allow(protection=["encoded"]), "allowed"),
        (allow(protection=["decrypted"]), "objected"),
    ],
)
def test_identifier_recipient_and_protection_have_to_fit(line: dict[str, Any], state: str) -> None:
    assert outcome(line).results[0].state == state


def test_a_trigger_has_to_come_before_and_near() -> None:
    line, at = allow(triggers=["boot"], within_s=90.0), samples.finding().time_ns
    assert outcome(line, events={"boot": [at - 60_000_000_000]}).passed
    assert not outcome(line, events={"boot": [at - 91_000_000_000]}).passed
    assert not outcome(line, events={"boot": [at + 1]}).passed
    assert not outcome(line, events={}).passed
    without = outcome(line)
    assert not without.passed
    assert "cannot be told" in without.notes[0]


def test_one_sending_outside_is_enough() -> None:
    at = samples.finding().time_ns
    late = samples.finding(time_ns=at + 10**12, flow=18)
    found = outcome(
        allow(triggers=["boot"], within_s=90.0),
        findings=[samples.finding(), late],
        events={"boot": [at - 10**9]},
    )
    assert found.results[0].state == "objected"
    assert "1 of 2 of them outside" in found.results[0].message


def test_attributes_and_weak_grades_and_home_networks_are_not_judged_by_default() -> None:
    unjudged = [
        samples.finding(identifier="device-model", kind="attribute"),
        samples.finding(grade="inferred"),
        samples.finding(scope="local-network"),
        samples.finding(direction="received"),
    ]
    assert outcome(findings=unjudged).results == ()
    assert len(outcome(findings=unjudged, grade="inferred", kinds=["identifier", "attribute"]).results) == 2


def test_a_fingerprint_stays_from_build_to_build_and_holds_no_value() -> None:
    first = outcome().results[0].fingerprint
    again = samples.finding(
        value="49015420•••••••", spelling="x", time_ns=1, frames=(9,), message_frames=(9, 9), flow=3, id="F-9"
    )
    assert outcome(findings=[again]).results[0].fingerprint == first == "v1-eafaf61cc8badbc51f65f31501257845"
    for change in ({"field": "IMEI2"}, {"identifier": "imsi"}, {"protection": "decrypted"}):
        assert outcome(findings=[samples.finding(**change)]).results[0].fingerprint != first
    listed = [samples.finding(field="a[0].id"), samples.finding(field="a[17].id")]
    assert len(outcome(findings=listed).results) == 1


def test_a_waiver_holds_to_its_last_day() -> None:
    mark = outcome().results[0].fingerprint
    waiver = {"fingerprint": mark, "reason": "ticket 7", "expires": TODAY}
    held = outcome(waiver=[waiver])
    assert (held.results[0].state, held.results[0].reason) == ("waived", "ticket 7")
    assert held.passed
    ended = outcome(waiver=[waiver | {"expires": date(2026, 11, 21)}])
    assert not ended.passed
    assert "ran out on 2026-11-21" in ended.notes[0]


def test_a_waiver_that_matches_nothing_is_told() -> None:
    waiver = {"fingerprint": "v1-" + 32 * "0", "reason": "old", "expires": TODAY}
    assert "matches nothing" in outcome(waiver=[waiver]).notes[0]


def test_what_the_baseline_has_is_known_and_what_it_alone_has_is_absent() -> None:
    rules = policy_of({"version": 1})
    known = marks_of([samples.finding(), samples.finding(field="IMEI2")], rules)
    sight = Sight(findings=[samples.finding()], opaque=[], gaps=[])
    judged = judge(sight, rules, today=TODAY, baseline=known)
    assert judged.results[0].state == "baseline"
    assert judged.passed
    assert len(judged.absent) == 1


@pytest.mark.parametrize(
    ("policy", "states"),
    [
        ({}, ["noted", "noted"]),
        ({"unreadable": "fail"}, ["objected", "objected"]),
        ({"unreadable": "fail", "readable": ["*.post.example"]}, ["objected", "allowed"]),
        ({"unreadable": "ignore"}, []),
    ],
)
def test_what_could_not_be_read_is_told_as_the_policy_asks(policy: dict[str, Any], states: list[str]) -> None:
    opaque = [msgspec.convert(row, OpaqueTotal) for row in samples.opaque()]
    gaps = [Gap(kind="limit", why="a bound", count=3)]
    judged = judge(
        Sight(findings=[], opaque=opaque, gaps=gaps), policy_of({"version": 1, **policy}), today=TODAY
    )
    assert [each.state for each in judged.results if each.identifier == "unreadable"] == states
    assert judged.gaps == {"limit": 3}


def test_what_the_baseline_could_not_read_either_is_known() -> None:
    opaque = [msgspec.convert(row, OpaqueTotal) for row in samples.opaque()]
    rules = policy_of({"version": 1, "unreadable": "fail"})
    sight = Sight(findings=[], opaque=opaque, gaps=[])
    known = dark_of(opaque[:1], rules)
    assert [each.state for each in judge(sight, rules, today=TODAY, baseline=known).results] == [
        "objected",
        "baseline",
    ]
    assert dark_of(opaque, policy_of({"version": 1, "unreadable": "ignore"})) == frozenset()


def _gaps(*kinds: Any, **policy: Any) -> Outcome:
    rules = policy_of({"version": 1, **policy})
    gaps = [Gap(kind=kind, why="because", count=2) for kind in kinds]
    return judge(Sight(findings=[], opaque=[], gaps=gaps, captures=("a", "b")), rules, today=TODAY)


def test_a_capture_that_could_not_be_read_fails_and_other_gaps_are_noted_unless_asked() -> None:
    found = {
        each.recipient: each for each in _gaps("unreadable-input", "snap-length", "unknown-transport").results
    }
    assert {kind: each.state for kind, each in found.items()} == {
        "unreadable-input": "objected",
        "snap-length": "noted",
    }
    assert found["unreadable-input"].captures == ("a", "b")
    assert "2 times unreadable-input" in found["unreadable-input"].message
    assert _gaps("unreadable-input", gaps="note").passed
    assert not _gaps("snap-length", gaps="fail").passed
    mark = found["unreadable-input"].fingerprint
    waiver = {"fingerprint": mark, "reason": "known to be damaged", "expires": date(2026, 12, 31)}
    assert _gaps("unreadable-input", waiver=[waiver]).results[0].state == "waived"


def test_there_is_a_state_of_the_baseline_only_with_a_baseline() -> None:
    rules = policy_of({"version": 1})
    sight = Sight(findings=[samples.finding()], opaque=[], gaps=[])
    assert not judge(sight, rules, today=TODAY).compared
    assert judge(sight, rules, today=TODAY, baseline=frozenset()).compared
