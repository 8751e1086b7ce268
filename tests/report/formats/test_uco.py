"""Twin of vitne.report.formats.uco: a graph whose references lead somewhere, with digests typed as UCO asks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

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
    assert len(action["uco-action:result"]) == len(document["targets"]) + len(document["findings"])


def test_every_finding_is_an_observable_with_its_place(document) -> None:
    nodes = {each["@id"]: each for each in graph(document)["@graph"]}
    named = {each["uco-core:name"]: each for each in nodes.values() if "uco-core:externalReference" in each}
    assert set(named) == {one["id"] for one in document["findings"]}
    one = next(f for f in document["findings"] if f["identifier"] == "imei")
    node = named[one["id"]]
    tags = node["uco-core:tag"]
    assert {"identifier:imei", f"grade:{one['grade']}", f"value:{one['value']}"} <= set(tags)
    assert [int(tag[6:]) for tag in tags if tag.startswith("frame:")] == list(one["frames"])
    ranges = [f for f in node["uco-core:hasFacet"] if f["@type"].endswith("DataRangeFacet")]
    assert len(ranges) == len(one["layers"]) + 1
    start, end = one["stream_range"]
    assert ranges[0]["uco-observable:rangeOffset"]["@value"] == str(start)
    assert ranges[0]["uco-observable:rangeSize"]["@value"] == str(end - start)
    ties = [each for each in nodes.values() if each.get("uco-core:source") == {"@id": node["@id"]}]
    assert {each["uco-core:kindOfRelationship"] for each in ties} == {"Contained_Within", "Sent_Over"}
    assert all(each["uco-core:target"]["@id"] in nodes for each in ties)


# Names of UCO 1.4 as its ontology file gives them; case_validate of case-utils 0.18 said «Conforms: True».
PUBLISHED = {
    "uco-action:instrument", "uco-action:object", "uco-action:result", "uco-core:definingContext",
    "uco-core:description", "uco-core:externalIdentifier", "uco-core:externalReference", "uco-core:hasFacet",
    "uco-core:isDirectional", "uco-core:kindOfRelationship", "uco-core:name", "uco-core:source", "uco-core:startTime",
    "uco-core:tag", "uco-core:target", "uco-observable:destinationPort", "uco-observable:encodingMethod",
    "uco-observable:fileName", "uco-observable:hash", "uco-observable:rangeOffset", "uco-observable:rangeOffsetType",
    "uco-observable:rangeSize", "uco-observable:sizeInBytes", "uco-tool:version", "uco-types:hashMethod",
    "uco-types:hashValue",
}  # fmt: skip


def test_only_published_names_are_used(document) -> None:
    assert set(re.findall(r"'(uco-[a-z]+:[a-z][A-Za-z]+)'", str(graph(document)["@graph"]))) <= PUBLISHED


@pytest.mark.skipif(shutil.which("case_validate") is None, reason="case_validate (case-utils) is not here")
def test_the_community_s_own_validator_finds_it_sound(document, tmp_path) -> None:
    place = tmp_path / "case.jsonld"
    place.write_text(json.dumps(graph(document)), encoding="utf-8")
    subprocess.run(["case_validate", "--built-version", "case-1.4.0", str(place)], check=True)


def test_a_hostile_capture_gives_a_graph(document) -> None:
    assert "\x1b" not in str(graph(hostile_document(document)))
