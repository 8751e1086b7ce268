"""Twin of vitne.consequence.learned: the document says what it is, and holds no more than it is given."""

from __future__ import annotations

import json

import jsonschema
import msgspec

from vitne.cli.names import schemas
from vitne.consequence.following import Fix, follow
from vitne.consequence.learned import FORMAT, Learned


def test_a_document_without_places_follows_the_schema_and_names_its_version() -> None:
    one = Learned(
        recipient="Example", destinations=("x.example",), findings=1, identifiers=(), joins=(), bridges=(),
        hashes=(), unhidden=(), following=None,
    )  # fmt: skip
    document = json.loads(msgspec.json.encode(one))
    jsonschema.validate(document, json.loads(schemas()["recipient"]))
    assert (document["format"], document["miss"]) == (FORMAT, None)


def test_one_with_places_follows_it_too() -> None:
    fixes = [Fix(time_ns=at * 10**9, label="c", kind="cell-id") for at in (0, 60, 600)]
    one = Learned(
        recipient="Example", destinations=(), findings=3, identifiers=({"identifier": "cell-id"},), joins=(),
        bridges=(), hashes=(), unhidden=(), following=follow(fixes),
    )  # fmt: skip
    jsonschema.validate(json.loads(msgspec.json.encode(one)), json.loads(schemas()["recipient"]))
