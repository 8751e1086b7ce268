"""Twin of vitne.report.audiences.closing: what nobody checked yet stands there until a name does."""

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


def test_a_reviewer_takes_the_place_of_the_warning(document, monkeypatch) -> None:
    import msgspec

    from vitne.catalog.law import law
    from vitne.report.audiences import closing

    reviewed = msgspec.structs.replace(SAY, reviewed_by="A Reader", reviewed_on="2026-01-01")
    lawful = msgspec.structs.replace(law(), reviewed_by="A Lawyer", reviewed_on="2026-01-02")
    monkeypatch.setattr(closing, "law", lambda: lawful)
    told = [block.text for block in closing.closing(Facts(document, reviewed), legal=True)]
    assert "English: A Reader, 2026-01-01" in told
    assert "A Lawyer, 2026-01-02" in told
    assert SAY("not_reviewed_law") not in told
    assert copy.copy(told) == told


def test_pages_of_every_reader_end_with_it(document) -> None:
    assert texts(page("owner", Facts(document, SAY), Setting()))[-1] == SAY("not_reviewed_language")
