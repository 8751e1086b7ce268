"""Models and builds in the annex."""

from __future__ import annotations

import copy

import pytest

from vitne.catalog.messages import messages
from vitne.report.audiences.builds import NAMED, builds
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case

SAY = messages("en")


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def test_every_model_and_build_that_was_sent_has_a_row_that_counts_its_messages(document) -> None:
    _, grid = builds(Facts(document, SAY))
    sent = [
        (one["source"]["device"], one["value"], one["flow"], tuple(one["message_frames"]))
        for one in document["findings"]
        if one["identifier"] in NAMED and one["direction"] == "sent"
    ]
    assert sent
    assert {(row[0], row[2]) for row in grid.rows} == {(device, value) for device, value, *_ in sent}
    assert sum(int(row[3]) for row in grid.rows) == len(set(sent))
    assert {row[4] for row in grid.rows} <= {one["id"] for one in document["findings"]}


def test_where_no_message_says_it_that_is_said(document) -> None:
    bare = copy.deepcopy(document)
    bare["findings"] = [one for one in bare["findings"] if one["identifier"] not in NAMED]
    _, para = builds(Facts(bare, SAY))
    assert para.text == SAY("l_no_builds")
