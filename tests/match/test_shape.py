"""The document keeps to its published schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import msgspec
from tests.match.made import case, finding, opaque

from vitne.cli.names import schemas
from vitne.firmware import read_images
from vitne.lab import firmware as lab
from vitne.match import match

if TYPE_CHECKING:
    from pathlib import Path


def test_a_match_keeps_to_the_schema(tmp_path: Path) -> None:
    firmware = read_images([lab.make(tmp_path).with_client])
    found = match(case(finding(), opaque=(opaque("a.example"),)), firmware)
    schema = json.loads(schemas()["match"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(msgspec.json.encode(found)), schema)
