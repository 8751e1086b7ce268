"""Twin of vitne.report.pictures.world: countries filled dark with their number, told in words; none, no map."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from tests.report.rich import rich

from vitne.catalog.messages import messages
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.report.pictures.world import world
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def drawn(document, countries, language="en"):
    return world(Facts(rich(document, countries=countries), messages(language)))


def test_named_countries_are_dark_and_labelled_and_the_words_say_the_same(document) -> None:
    [picture] = drawn(document, ("CN",), "nb")
    root = ET.fromstring(picture.svg)
    dark = [e for e in root.iter() if e.tag.endswith("path") and e.get("fill") == "#3a3d44"]
    assert len(dark) == 1
    assert "CN 1" in [e.text for e in root.iter() if e.tag.endswith("text")]
    assert "Kina (CN): 1" in picture.told
    assert "style" not in picture.svg  # a strict content policy lets no style of its own through


def test_countries_that_tables_disagree_on_are_all_drawn_and_counted_as_open(document) -> None:
    [picture] = drawn(document, ("CN", "NO"))
    assert "China (CN): 1; Norway (NO): 1" in picture.told
    assert "Without one country: 1" in picture.told


def test_without_a_country_there_is_no_map(document) -> None:
    assert drawn(document, ()) == []
    assert world(Facts(document, messages("en"))) == []


def test_a_country_without_an_outline_does_no_harm(document) -> None:
    [picture] = drawn(document, ("XX",))
    assert "XX: 1" in picture.told
