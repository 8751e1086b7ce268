"""What was learned validates by its published schema."""

from __future__ import annotations

import json

import jsonschema
import msgspec
from tests.learn.test_fields import ICCID, _field
from tests.learn.test_roles import BOOTS

from vitne.cli.names import schemas
from vitne.learn import SCHEMA, learn


def test_a_lesson_validates_and_names_its_version() -> None:
    learned = learn(_field("iccid", ICCID), host="x.example", boots=BOOTS, known={})
    written = json.loads(msgspec.json.encode(learned))
    jsonschema.validate(written, json.loads(schemas()["learn"]))
    assert written["schema"] == SCHEMA == "vitne-learn/1"
    assert {"path", "name", "role", "identifier", "because"} <= set(written["lessons"][0]["fields"][0])
