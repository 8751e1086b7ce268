"""A fleet's report as text."""

from __future__ import annotations

from tests.fleet.test_explaining import _batches, _fleet, _result, _sending

from vitne.fleet.grouping import MOST_GROUPS
from vitne.fleet.text import _GROUPS, _chance, text


def test_the_sentence_that_a_maker_needs() -> None:
    said = "\n".join(text(_fleet(_batches(lambda own, n: own["batch"] == "3" or n == 101))))
    assert "carrier.example (self-registration)" in said
    assert "batch 3: 20 of 20; all others: 1 of 100 (p = " in said
    assert "sends, and is none of these: h101" in said
    assert "build A: " in said


def test_nothing_is_said_in_so_many_words() -> None:
    said = "\n".join(text(_fleet([({}, _result())])))
    assert "No capture shows that an identifier was sent." in said
    lone = "\n".join(text(_fleet([({}, _result(sendings=(_sending(),))), ({}, _result())])))
    assert "no attribute of the table tells" in lone


def test_hostile_words_are_inert() -> None:
    rows = [({"build": "\x1b[2J"}, _result(sendings=(_sending("x\x1b.example"),))) for _ in range(9)]
    rows += [({"build": "b"}, _result()) for _ in range(9)]
    assert "\x1b" not in "\n".join(text(_fleet(rows)))


def test_a_chance_is_written_however_small_it_is() -> None:
    assert _chance(-0.0) == "p = 1"
    assert _chance(-2.69897) == "p = 0.002"
    assert _chance(-847.2404) == "p = 5.7e-848"


def test_a_list_as_long_as_lists_are_made_says_that_there_may_be_more() -> None:
    rows = [({"date": f"d{number:03}", "build": "a"}, _result()) for number in range(MOST_GROUPS + 50)]
    report = _fleet(rows, fixed=("a",))
    said = "\n".join(text(report))
    assert f"and at least {len(report.running) - 1 - _GROUPS} more dates" in said
    few = "\n".join(text(_fleet(rows[: _GROUPS + 3], fixed=("a",))))
    assert "and 3 more dates" in few
