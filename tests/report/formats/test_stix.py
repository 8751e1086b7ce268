"""Twin of vitne.report.formats.stix: ids and properties as STIX 2.1 has them."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from tests.report.hostile import hostile_document

from vitne.report.formats.stix import bundle
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


ID = re.compile(r"[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SPECIFICATION = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")  # STIX 2.1 section 2.9


def test_every_object_has_an_id_of_its_type_once(document) -> None:
    objects = bundle(document)["objects"]
    ids = [each["id"] for each in objects]
    assert len(ids) == len(set(ids))
    for each in objects:
        assert ID.fullmatch(each["id"])
        assert each["id"].startswith(each["type"] + "--")
        assert each["spec_version"] == "2.1"


def test_ids_of_addresses_are_made_as_the_specification_says(document) -> None:
    for each in bundle(document)["objects"]:
        if each["type"] in {"ipv4-addr", "ipv6-addr", "domain-name"}:
            key = json.dumps({"value": each["value"]}, separators=(",", ":"), ensure_ascii=False)
            assert each["id"] == f"{each['type']}--{uuid.uuid5(SPECIFICATION, key)}"


def test_every_reference_leads_somewhere(document) -> None:
    objects = {each["id"]: each for each in bundle(document)["objects"]}
    for each in objects.values():
        for ref in [
            *each.get("object_refs", ()),
            *(each[k] for k in ("src_ref", "dst_ref", "created_by_ref") if k in each),
        ]:
            assert ref in objects
        for time in (each[k] for k in ("created", "modified", "first_observed", "start") if k in each):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)


def test_nothing_is_accused(document) -> None:
    assert not {each["type"] for each in bundle(document)["objects"]} & {
        "indicator",
        "malware",
        "threat-actor",
        "campaign",
    }


def test_a_hostile_capture_gives_a_bundle_and_the_same_each_time(document) -> None:
    assert bundle(hostile_document(document)) == bundle(hostile_document(document))


def test_an_address_that_is_none_is_left_out(document) -> None:
    import copy

    odd = copy.deepcopy(document)
    odd["findings"] = odd["findings"][:1]
    odd["findings"][0]["destination"]["ip"] = "nowhere"
    assert {each["type"] for each in bundle(odd)["objects"]} == {"identity", "extension-definition"}
