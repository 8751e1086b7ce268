"""A fleet's report validates by its published schema."""

from __future__ import annotations

import json

import jsonschema
import msgspec
from tests.fleet.test_explaining import _batches, _fleet

from vitne.cli.names import schemas
from vitne.fleet import SCHEMA


def test_a_report_validates_and_names_its_version() -> None:
    report = _fleet(_batches(lambda own, _: own["batch"] == "3"))
    written = json.loads(msgspec.json.encode(report))
    jsonschema.validate(written, json.loads(schemas()["fleet"]))
    assert written["schema"] == SCHEMA == "vitne-fleet/1"
    assert {"devices", "captures", "unreadable", "tried", "senders"} <= set(written)
