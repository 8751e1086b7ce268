"""Twin of vitne.cli.names: what vitne knows is printed, for people and for programs."""

from __future__ import annotations

import json

import jsonschema
import pytest

from vitne.cli.main import main
from vitne.cli.names import schemas
from vitne.decode.protocols import decoders
from vitne.encodings import encodings
from vitne.model import IDENTIFIERS


@pytest.mark.parametrize(
    ("what", "names"),
    [("identifiers", list(IDENTIFIERS)), ("protocols", list(decoders())), ("encodings", list(encodings()))],
)
def test_a_list_as_json_has_every_name_once_in_its_order(what: str, names: list[str], capsys) -> None:
    assert main(["list", what, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == names
    assert all(len(row) > 1 and all(row.values()) for row in rows)


def test_known_senders_are_listed_with_their_titles(capsys) -> None:
    assert main(["list", "senders"]) == 0
    assert "self-registration  " in capsys.readouterr().out


def test_every_published_schema_is_valid_and_printed_as_it_is(capsys) -> None:
    assert schemas()
    for name, text in schemas().items():
        jsonschema.Draft202012Validator.check_schema(json.loads(text))
        assert main(["schema", name]) == 0
        assert capsys.readouterr().out == text


def test_schemas_are_listed_and_an_unknown_one_is_a_usage_error(capsys) -> None:
    assert main(["schema"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(schemas())
    assert main(["schema", "nothing"]) == 2
    assert "vitne schema" in capsys.readouterr().err
