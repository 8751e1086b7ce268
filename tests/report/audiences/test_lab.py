"""Twin of vitne.report.audiences.lab: method, findings, layers, blind spots, alternatives."""

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


def test_every_finding_has_a_row_with_its_layers(document) -> None:
    made = page("lab", Facts(document, SAY), Setting())
    grid = next(b for b in made.blocks if getattr(b, "caption", "") == SAY("l_every"))
    assert sum(int(row[1]) for row in grid.rows) == len(document["findings"])
    assert {row[0] for row in grid.rows} <= {one["id"] for one in document["findings"]}
    assert any("http:body ▸ base64 ▸ json" in row[4] for row in grid.rows)


def test_layers_read_back_stand_under_their_finding(document) -> None:
    facts = Facts(document, SAY)
    one = facts.left[0]["id"]
    packets = {one: [{"codec": "http", "path": "body", "text": "0000 65 79"}]}
    assert "0000 65 79" in texts(page("lab", facts, Setting(packets=packets)))


def test_it_says_what_would_have_been_seen_and_what_would_not(document) -> None:
    told = texts(page("lab", Facts(document, SAY), Setting(encodings=("base64", "gzip"))))
    assert any("any of 2 encodings" in text and "base64, gzip" in text for text in told)
    assert any(text.startswith("Not seen would be") for text in told)


def test_the_other_explanations_are_part_of_it(document) -> None:
    told = texts(page("lab", Facts(document, SAY), Setting()))
    assert SAY("ch_portal") in told
    assert SAY("ch_not_excluded") in told


def test_digests_and_versions_are_told(document) -> None:
    told = texts(page("lab", Facts(document, SAY), Setting()))
    assert document["captures"][0]["sha256"] in told
    assert document["rules"]["vitne"] in told


def test_many_findings_are_counted(document) -> None:
    many = copy.deepcopy(document)
    many["findings"] = [{**many["findings"][0], "id": f"F-{n}", "group": f"{n}"} for n in range(1001)] + many[
        "findings"
    ]
    assert any("more" in text for text in texts(page("lab", Facts(many, SAY), Setting())))
