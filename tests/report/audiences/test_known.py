"""Twin of vitne.report.audiences.known: every fact with its source, nothing merged, nothing made of silence."""

from __future__ import annotations

import pytest
from tests.report.audiences.test_every_reader import texts
from tests.report.rich import rich, verdict

from vitne.catalog.messages import messages
from vitne.report.audiences import Setting, page
from vitne.report.audiences.known import in_words, ladder, occasions, recipients
from vitne.report.blocks import Grid
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.store import read_case

SAY = messages("en")


@pytest.fixture(scope="module")
def document(demonstration):
    return rich(freeze(read_case(demonstration / "case")))


def test_each_fact_has_a_row_with_source_and_date_and_its_trap_is_told(document) -> None:
    facts = Facts(document, SAY)
    blocks = recipients(facts)
    [grid] = [block for block in blocks if isinstance(block, Grid)]
    assert (
        "listed under",
        "China Telecom",
        SAY("knowing_inferred"),
        "a list, its authors",
        "2026-06-01",
    ) in grid.rows
    told = "\n".join(item for block in blocks for item in getattr(block, "items", ()))
    assert "Trap: it answers for all of .cn" in told
    assert "Limit: may be a rented machine" in told
    assert "A (one); B (two)" in told
    assert "No source says: registrar." in told


def test_a_destination_is_told_in_words(document) -> None:
    facts = Facts(document, SAY)
    told = in_words(facts, facts.outside[0])
    assert told[0].endswith("under China Telecom.")
    assert told[1] == "Tables name for its address: China (CN)."
    assert told[2] == "Sources disagree on: the owner."


def test_what_was_not_looked_up_and_what_no_document_names_are_told_apart(document) -> None:
    bare = {**document, "destinations": None}
    assert in_words(Facts(bare, SAY), bare["targets"][0]) == [SAY("rec_not_looked_up")]
    empty = {**document, "destinations": {"tables": [], "rows": []}}
    facts = Facts(empty, SAY)
    assert in_words(facts, facts.outside[0])[0].startswith("No document at hand")


def test_the_ladder_says_yes_no_and_unknown(document) -> None:
    [_, grid] = ladder(Facts(document, SAY))
    assert grid.rows[0][1:] == ("yes", "yes", "yes", "yes", "yes", "unknown", "yes", "yes")


def test_verdicts_stand_strongest_first_with_their_rivals(document) -> None:
    grid = next(block for block in occasions(Facts(document, SAY)) if isinstance(block, Grid))
    assert [row[0] for row in grid.rows] == ["Screen lit", "Unlocked"]
    assert "timer: excluded (no steady period)" in grid.rows[0][4]


def test_without_a_log_nothing_is_said_to_have_set_anything_off(document) -> None:
    for said in (None, {**document["occasions"], "blocked": "no clock"}):
        told = texts(page("lab", Facts({**document, "occasions": said}, SAY), Setting()))
        assert SAY("t_blocked" if said else "o_trigger_unknown") in told


@pytest.mark.parametrize("reader", ["owner", "press", "maker", "authority", "lab"])
def test_every_reader_is_told_who_and_what_set_it_off(document, reader) -> None:
    told = "\n".join(texts(page(reader, Facts(document, SAY), Setting())))
    assert "China Telecom" in told
    assert "Unlocked: after 8 of 8 times" in told or reader == "lab"


def test_a_verdict_that_goes_through_another_event_is_not_told_to_the_owner(document) -> None:
    through = {**document["occasions"], "triggers": [verdict("boot", "x", through="network-connected")]}
    told = texts(page("owner", Facts({**document, "occasions": through}, SAY), Setting()))
    assert SAY("t_none", n=14) in told
