"""Twin of vitne.report.facts: what the reports say again and again."""

from __future__ import annotations

import pytest

from vitne.catalog.messages import messages
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def facts(demonstration):
    return Facts(freeze(read_case(demonstration / "case")), messages("en"))


def test_only_what_left_the_home_network_is_outside(facts) -> None:
    assert [t["name"] for t in facts.outside] == ["registration.carrier.example"]
    assert {"imei", "imsi", "iccid", "mac-address", "cell-id"} == set(facts.identifiers())
    assert all(one["kind"] != "attribute" for one in facts.left)


def test_the_day_is_that_of_the_capture(facts) -> None:
    assert facts.day == "2019-02-03"


def test_times_and_sizes_are_told(facts) -> None:
    assert facts.first(facts.outside) == "2019-02-03 06:15:42"
    size, places = facts.opaque()
    assert places == 5
    assert int(size.replace("\u202f", "")) == sum(r["bytes"] for r in facts.document["opaque"])
    assert facts.records() == "912 packets"


def test_what_everybody_could_read_is_told_apart(facts) -> None:
    assert facts.readable() == facts.outside
    assert "not encrypted" in facts.how(facts.outside[0])


def test_a_case_without_findings_says_none() -> None:
    document = {"findings": [], "targets": [], "captures": [], "opaque": [], "rules": {}, "span": "0 s"}
    facts = Facts(document, messages("en"))
    assert facts.names() == "none"
    assert facts.day == "1970-01-01"
    assert facts.first([]) == facts.last([]) == ""
    assert facts.made_by()
