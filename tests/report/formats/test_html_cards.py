from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from vitne.lab import samples
from vitne.report.formats.html_cards import REPEATS, Cards
from vitne.report.overview import overview


def section(case, device=0, cards=None):
    """Give the section of a device as an element: what is not well formed is refused by the parser."""
    near = overview(case).devices[device]
    return ET.fromstring("".join((cards or Cards()).of(near, device)).replace(" open>", ' open="">'))


def words(element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def test_each_destination_has_a_card_with_the_names_of_its_values(case):
    made = section(case)
    near = overview(case).devices[0]
    assert [card.get("id") for card in made.iter("article")] == [
        f"to-0-{i}" for i in range(len(near.targets))
    ]
    for target, card in zip(near.targets, made.iter("article"), strict=True):
        told = words(card)
        for line in target.lines:
            assert line.value in told
        assert f"frame {line.findings[0].frames[0]}" in told


def test_the_first_proof_of_the_page_stands_open_and_no_other(case):
    cards = Cards()
    first, again = section(case, cards=cards), section(case, cards=cards)
    assert len(first.findall(".//details[@open]")) == 1
    assert again.findall(".//details[@open]") == []


@pytest.mark.parametrize("times", [1, 2, 3, REPEATS + 1, REPEATS + 5])
def test_repeats_are_counted_and_listed_as_far_as_there_is_room(make_case, times):
    many = [samples.finding(id=str(i), time_ns=10**18 + i * 10**9) for i in range(times)]
    made = section(make_case(findings=many))
    told = words(made)
    said = {1: "frame 131", 2: "and once more"}.get(times, f"and {times - 1} times more")
    assert said in told
    rows = [
        row for table in made.iter("table") if "other messages" in words(table) for row in table.iter("tr")
    ]
    listed = min(times - 1, REPEATS)
    assert len(rows) == (0 if times == 1 else 1 + listed + (times - 1 > REPEATS))
    assert ("more, in findings.jsonl" in told) == (times - 1 > REPEATS)


def test_hostile_text_leaves_the_markup_well_formed(hostile):
    _, case = hostile
    made = section(case)
    assert made.tag == "section"
    assert {each.tag for each in made.iter()} <= {
        "section", "h2", "h3", "h4", "article", "p", "ul", "li", "div", "table", "caption", "thead", "tbody", "tr",
        "th", "td", "span", "details", "summary", "strong", "code",
    }  # fmt: skip
