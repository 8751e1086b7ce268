"""Twin of vitne.report.audiences.press: facts with evidence, and claims that they do not carry."""

from __future__ import annotations

import copy

import pytest
from tests.report.audiences.test_every_reader import texts

from vitne.catalog.messages import messages
from vitne.report.audiences import Setting, page
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case

SAY = messages("en")


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def test_every_statement_names_its_evidence(document) -> None:
    facts = Facts(document, SAY)
    lines = [text for text in texts(page("press", facts, Setting())) if "Evidence:" in text]
    assert len(lines) == sum(len(facts.lines(t)) for t in facts.outside)
    ids = {one["id"] for one in document["findings"]}
    assert all(any(each in line for each in ids) for line in lines)


def test_claims_about_what_was_found_are_set_right(document) -> None:
    told = texts(page("press", Facts(document, SAY), Setting()))
    for key in ("np_cell", "np_iccid", "np_encoded", "np_hosted", "np_country"):
        assert SAY(key) in told


def test_claims_about_what_was_not_found_are_left_out(document) -> None:
    other = copy.deepcopy(document)
    for target in other["targets"]:
        target["lines"] = [line for line in target["lines"] if line["identifier"] == "imei"]
    told = texts(page("press", Facts(other, SAY), Setting()))
    assert SAY("np_cell") not in told
    assert SAY("np_iccid") not in told


def test_many_statements_are_counted(document) -> None:
    many = copy.deepcopy(document)
    target = next(t for t in many["targets"] if t["outside"] and t["direction"] == "sent")
    many["targets"] = [target] * 20
    assert any("more" in text for text in texts(page("press", Facts(many, SAY), Setting())))
