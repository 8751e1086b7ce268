"""Twin of vitne.attribute.documents: what is printed follows the schemas that are published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest
from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne.attribute.documents import ATTRIBUTION, DESTINATIONS, Attributed
from vitne.cli.main import main
from vitne.cli.names import schemas

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("verb", "more", "version"),
    [
        ("attribute", [], ATTRIBUTION),
        ("destinations", [], DESTINATIONS),
        ("recipient", ["collect.example"], "vitne-recipient/1"),
    ],
)
def test_each_document_follows_its_schema(
    verb: str, more: list[str], version: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITNE_DATA", str(tmp_path / "none"))
    talk = Talk()
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'"}'))
    case = tmp_path / "case"
    words = ["scan", str(talk.write(tmp_path / "a.pcap")), "--subject", str(subject(tmp_path))]
    assert main([*words, "--case", str(case), "-q"]) == 0
    capsys.readouterr()
    assert main([verb, str(case), *more, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["format"] == version
    jsonschema.validate(document, json.loads(schemas()[verb]))


def test_the_list_of_tables_follows_its_schema(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITNE_DATA", str(tmp_path / "none"))
    assert main(["data", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    jsonschema.validate(rows, json.loads(schemas()["data"]))
    assert {"name", "series", "date", "licence", "source", "sha256"} <= set(rows[0])


@pytest.mark.parametrize("name", ["attribute", "data", "destinations", "recipient"])
def test_every_name_has_its_line_of_meaning(name: str) -> None:
    schema = json.loads(schemas()[name])
    for body in (schema, *schema["$defs"].values()):
        for field, one in body.get("properties", {}).items():
            assert "description" in one or "const" in one, field


def test_the_format_comes_first() -> None:
    assert msgspec.json.encode(Attributed(tables=[], destinations=[])).startswith(b'{"format":"vitne-attr')
