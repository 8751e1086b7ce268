"""Twin of vitne.report.audiences.authority: four questions, none of them answered."""

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


def test_the_four_questions_come_first_and_each_has_three_sides(document) -> None:
    told = texts(page("authority", Facts(document, SAY), Setting(country="NO")))
    places = [told.index(SAY(key)) for key in ("q1", "q2", "q3", "q4", "more_questions")]
    assert places == sorted(places)
    for side in ("a_for", "a_against", "a_cannot"):
        assert told.count(SAY(side)) == 4


def test_law_is_that_of_the_day_of_the_capture(document) -> None:
    told = texts(page("authority", Facts(document, SAY), Setting(country="NO")))
    assert SAY("adequacy", date="2019-02-03") in told
    assert "(EU) 2019/419 (?)" in told
    assert "(EU) 2023/1795" not in told
    assert not any("RED 2014/53/EU" in text for text in told)


def test_doubtful_numbers_are_marked(document) -> None:
    told = texts(page("authority", Facts(document, SAY), Setting()))
    assert any(text.endswith(" (?)") for text in told)


def test_facts_against_come_with_patterns_and_attempts(document) -> None:
    weak = copy.deepcopy(document)
    for one in weak["findings"]:
        one["grade"], one["delivery"] = "inferred", "attempted"
    told = texts(page("authority", Facts(weak, SAY), Setting()))
    assert SAY("g_pattern", n=48) in told
    assert SAY("g_attempted", n=8) in told


def test_nothing_found_is_said_as_such(document) -> None:
    quiet = copy.deepcopy(document)
    quiet["targets"] = []
    assert SAY("g_nothing") in texts(page("authority", Facts(quiet, SAY), Setting()))


def test_many_facts_are_counted(document) -> None:
    many = copy.deepcopy(document)
    target = next(t for t in many["targets"] if t["outside"] and t["direction"] == "sent")
    many["targets"] = [target] * 20
    assert SAY("more", n=90) in texts(page("authority", Facts(many, SAY), Setting()))
