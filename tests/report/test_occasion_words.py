"""Twin of vitne.report.occasion_words: verdicts in words, counts with what chance would give."""

from __future__ import annotations

import pytest
from tests.report.rich import rich, verdict

from vitne.catalog.messages import messages
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.report.occasion_words import event_words, lines, sentence, told
from vitne.store import read_case

SAY = messages("en")


@pytest.fixture(scope="module")
def facts(demonstration):
    return Facts(rich(freeze(read_case(demonstration / "case"))), SAY)


def test_a_verdict_has_its_counts_and_what_chance_would_give(facts) -> None:
    said = sentence(facts, verdict("keyguard-gone", "host.example"))
    assert said.startswith(
        "Unlocked: after 8 of 8 times something was sent to host.example within 5 s; 0.6 would"
    )
    assert "does not say what causes what" in said


def test_an_event_keeps_its_detail_and_an_unknown_one_its_name(facts) -> None:
    assert event_words(SAY, "app-foreground:com.example") == "App opened (com.example)"
    assert event_words(SAY, "new\x1bkind") == "new⟨U+001B⟩kind"


def test_only_verdicts_that_say_something_of_these_destinations_are_told(facts) -> None:
    assert [each["verdict"] for each in told(facts)] == ["caused", "coupled"]


def test_many_lines_are_counted(facts) -> None:
    assert lines(facts, 1)[-1] == "1 more"
