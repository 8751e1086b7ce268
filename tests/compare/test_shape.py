"""The published schema of a comparison is what the program's types say."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
from tests.compare.test_verdicts import _half, _imeis

from vitne.cli.names import schemas
from vitne.compare import SCHEMA, compare

ROOT = Path(__file__).resolve().parents[2]


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("make_schemas", ROOT / "docs" / "make_schemas.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_published_schemas_follow_from_the_types() -> None:
    made = generator()
    for name in made.MADE:
        assert schemas()[name] == made.schema(name), "run `make docs`"


def test_a_comparison_validates_and_names_its_version() -> None:
    written = json.loads(msgspec.json.encode(compare(_half("before", _imeis()), _half("after", []))))
    jsonschema.validate(written, json.loads(schemas()["compare"]))
    assert written["schema"] == SCHEMA == "vitne-compare/1"
    assert {"level", "before", "after", "changes", "counts"} < set(written)


def test_every_field_has_its_line_of_meaning() -> None:
    schema = json.loads(schemas()["compare"])
    for body in schema["$defs"].values():
        assert all("description" in one for one in body["properties"].values())
