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
    assert {name for name, a in found.items() if not a.excluded} == {"portal", "place", "timer"}


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
