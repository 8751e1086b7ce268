"""The published schemas of events, trials and triggers follow what is printed."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from vitne.cli.main import main
from vitne.cli.names import schemas
from vitne.model import DeviceEvent
from vitne.triggers.shape import Triggers


def test_a_drawn_trial_follows_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocol", "--seed", "7", "--slots", "12", "--json"]) == 0
    drawn = json.loads(capsys.readouterr().out)
    jsonschema.validate(drawn, json.loads(schemas()["protocol"]))
    assert len(drawn["order"]) == 12


def test_an_event_follows_its_schema_and_a_foreign_kind_does_not() -> None:
    schema = json.loads(schemas()["event"])
    written = json.loads(msgspec.json.encode(DeviceEvent(kind="boot", time_ns=5, doubts=("coarse",))))
    jsonschema.validate(written, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written, "kind": "dance"}, schema)


@pytest.mark.parametrize("name", ["event", "protocol", "triggers"])
def test_every_field_has_its_line_of_meaning(name: str) -> None:
    schema = json.loads(schemas()[name])
    for body in (schema, *schema["$defs"].values()):
        assert not [
            field for field, one in body["properties"].items() if not {"description", "const"} & set(one)
        ]


def test_a_document_without_a_clock_claims_nothing_and_is_whole() -> None:
    body = {
        "format": "vitne-triggers/1",
        "captures": [],
        "device": "device#1",
        "other_devices": 0,
        "observation": {
            "begin_ns": 0,
            "end_ns": 1,
            "events": {},
            "left_out": {},
            "sessions": None,
            "destinations": 0,
        },
        "clock": None,
        "logs": [],
        "tested": 0,
        "left_out": 0,
        "blocked": "why",
        "beacons": {},
        "triggers": [],
        "proofs": [],
    }
    jsonschema.validate(body, json.loads(schemas()["triggers"]))
    assert msgspec.convert(body, Triggers).clock is None
