"""Twin of vitne.report.formats.uco: a graph whose references lead somewhere, with digests typed as UCO asks."""

from __future__ import annotations

import re

import pytest
from tests.report.hostile import hostile_document

from vitne.report.formats.uco import CONTEXT, graph
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def test_every_prefix_is_declared_and_every_id_unique(document) -> None:
    content = graph(document)
    text = str(content["@graph"])
    assert set(re.findall(r"'@type': '([a-z-]+):", text)) <= set(CONTEXT)
    ids = re.findall(r"'@id': '([^']+)', '@type'", text)
    assert len(ids) == len(set(ids))


def test_the_digest_of_the_capture_is_there_with_its_method(document) -> None:
    text = str(graph(document))
    assert document["captures"][0]["sha256"] in text
    assert "'uco-types:hashMethod': 'SHA256'" in text


def test_the_analysis_names_what_it_read_and_what_came_out(document) -> None:
    nodes = {each["@id"]: each for each in graph(document)["@graph"]}
    [action] = [each for each in nodes.values() if each["@type"].endswith("InvestigativeAction")]
    assert all(ref["@id"] in nodes for ref in action["uco-action:object"] + action["uco-action:result"])
    assert len(action["uco-action:result"]) == len(document["targets"])


def test_a_hostile_capture_gives_a_graph(document) -> None:
    assert "\x1b" not in str(graph(hostile_document(document)))
