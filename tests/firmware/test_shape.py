"""The documents keep to their published schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest

from vitne.cli.names import schemas
from vitne.firmware import read_images
from vitne.firmware.against import changes
from vitne.lab import firmware as lab

if TYPE_CHECKING:
    from pathlib import Path


def _check(name: str, document: Any) -> None:
    schema = json.loads(schemas()[name])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(msgspec.json.encode(document)), schema)


def test_documents_of_the_lab_keep_to_the_schemas(tmp_path: Path) -> None:
    files = lab.make(tmp_path)
    found = [read_images([each]) for each in (files.with_client, files.without_client)]
    for each in found:
        _check("firmware", each)
    _check("firmware-changes", changes(*found))


def test_a_name_more_is_told_by_the_schema(tmp_path: Path) -> None:
    document = json.loads(msgspec.json.encode(read_images([lab.make(tmp_path).with_client])))
    document["schema"] = "other/1"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(schemas()["firmware"]))
