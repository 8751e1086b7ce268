"""Twin of vitne.report.pictures.lanes: one dot for each message with findings."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

import pytest
from tests.report.hostile import hostile_document

from vitne.catalog.messages import messages
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.report.pictures.lanes import lanes
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def facts(document):
    return Facts(document, messages("en"))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("text")]


def test_each_destination_has_a_lane_with_a_dot_for_each_message(document) -> None:
    [picture] = lanes(facts(document))
    dots = [e for e in ET.fromstring(picture.svg).iter() if e.tag.endswith("circle")]
    assert len(dots) >= 8
    assert "registration.carrier.example 8" in picture.told
    for dot in dots:
        assert 250 <= float(dot.get("cx")) <= 900


def test_hostile_names_are_text(document) -> None:
    for picture in lanes(facts(hostile_document(document))):
        ET.fromstring(picture.svg)


def test_nothing_is_drawn_where_nothing_was_sent() -> None:
    empty = {"findings": [], "targets": [], "captures": [], "opaque": [], "rules": {}, "span": ""}
    assert lanes(facts(empty)) == []
    assert copy.copy(empty) == empty
