"""Twin of vitne.report.pictures.flow: one line for each destination, as thick as there were messages."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

import pytest
from tests.report.hostile import hostile_document

from vitne.catalog.messages import messages
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.report.pictures.flow import flow
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def facts(document):
    return Facts(document, messages("en"))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("text")]


def test_every_destination_is_drawn_with_its_count(document) -> None:
    [picture] = flow(facts(document))
    drawn = texts(picture.svg)
    assert "registration.carrier.example (8)" in drawn
    lines = [e for e in ET.fromstring(picture.svg).iter() if e.tag.endswith("line")]
    assert len(lines) == len(facts(document).sent) + len(facts(document).outside)
    assert max(float(line.get("stroke-width")) for line in lines) == 8


def test_what_went_encrypted_is_dashed_so_that_grey_is_enough(document) -> None:
    closed = copy.deepcopy(document)
    for target in closed["targets"]:
        target["protections"] = ["decrypted"]
    [picture] = flow(facts(closed))
    assert picture.svg.count("stroke-dasharray") == len(facts(closed).sent) + len(facts(closed).outside)


def test_hostile_names_are_text(document) -> None:
    for picture in flow(facts(hostile_document(document))):
        ET.fromstring(picture.svg)


def test_nothing_is_drawn_where_nothing_was_sent() -> None:
    empty = {"findings": [], "targets": [], "captures": [], "opaque": [], "rules": {}, "span": ""}
    assert flow(facts(empty)) == []
