"""Twin of vitne.report.pictures.anatomy: the layers from the packet inwards, the value covered."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

import pytest
from tests.report.hostile import hostile_document

from vitne.catalog.messages import messages
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.report.pictures.anatomy import anatomy
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def facts(document):
    return Facts(document, messages("en"))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("text")]


def test_layers_stand_in_order_and_the_value_is_its_label(document) -> None:
    one = facts(document).left[0]
    drawn = texts(anatomy(facts(document), one).svg)
    assert drawn[0].startswith("tcp")
    assert [word for word in drawn if word.startswith(("http", "base64", "json"))]
    assert one["value"] in drawn[-1]


def test_the_words_tell_the_same(document) -> None:
    one = facts(document).left[0]
    picture = anatomy(facts(document), one)
    assert one["id"] in picture.told
    assert picture.told in ET.fromstring(picture.svg).get("aria-label")


def test_hostile_paths_are_text_and_deep_ones_are_bounded(document) -> None:
    bad = hostile_document(document)
    one = copy.deepcopy(bad["findings"][0])
    one["layers"] = one["layers"] * 100
    ET.fromstring(anatomy(facts(bad), one).svg)
