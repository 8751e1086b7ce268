"""Twin of vitne.report.alternatives: nothing is excluded that the data leave open."""

from __future__ import annotations

import copy

import pytest

from vitne.catalog.messages import messages
from vitne.report.alternatives import alternatives
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def judged(document, **change):
    document = copy.deepcopy(document)
    for one in document["findings"]:
        one.update(change)
    return {a.id: a for a in alternatives(Facts(document, messages("en")))}


def test_the_demonstration_leaves_open_who_answered_and_where(document) -> None:
    found = judged(document)
    assert {name for name, a in found.items() if not a.excluded} == {
        "portal", "place", "timer", "clock", "edited",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "opened"),
    [
        ({"delivery": "attempted"}, "attempt"),
        ({"grade": "inferred"}, "test"),
        ({"sender": None}, "typed"),
        ({"protection": "decrypted"}, "lab"),
        ({"evalue": None}, "chance"),
        ({"evalue": 1.0}, "chance"),
        ({"source": {"mac": "", "ip": "", "port": 0, "device": ""}}, "nat"),
    ],
)
def test_an_alternative_is_open_as_soon_as_the_fact_against_it_is_gone(document, change, opened) -> None:
    assert not judged(document, **change)[opened].excluded


def test_a_jump_of_the_clock_is_excluded_by_a_second_clock_alone(document) -> None:
    """Records that never go back tell nothing of a jump forward."""
    told = copy.deepcopy(document)
    for clock, excluded in (
        (None, False),
        ({"bound_s": 0.4, "anchors": 1}, False),
        ({"bound_s": 0.4, "anchors": 9}, True),
    ):
        told["occasions"] = {"clock": clock, "triggers": [], "beacons": {}}
        assert judged(told)["clock"].excluded is excluded
    told["oddities"].append({"name": "time-goes-back", "note": "", "count": 1})
    assert not judged(told)["clock"].excluded


@pytest.mark.parametrize("identifier", ["email-address", "password", "message-text"])
def test_what_a_person_types_stays_open_also_in_the_record_of_a_known_sender(document, identifier) -> None:
    assert judged(document)["typed"].excluded
    assert not judged(document, identifier=identifier)["typed"].excluded


def test_a_clock_that_goes_back_is_told(document) -> None:
    odd = copy.deepcopy(document)
    odd["oddities"].append({"name": "time-goes-back", "note": "", "count": 1})
    assert not judged(odd)["clock"].excluded


def test_without_any_finding_nothing_is_excluded_by_findings() -> None:
    empty = {
        "findings": [],
        "targets": [],
        "captures": [],
        "opaque": [],
        "oddities": [],
        "rules": {},
        "span": "0 s",
    }
    found = {a.id: a.excluded for a in alternatives(Facts(empty, messages("en")))}
    assert not any(
        found[name] for name in ("nat", "typed", "portal", "attempt", "test", "lab", "chance", "place")
    )
