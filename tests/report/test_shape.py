"""Twin of vitne.report.shape: what the commands print is what the published schemas say."""

from __future__ import annotations

import json

import jsonschema
import pytest
from tests.report.rich import rich

from vitne.catalog.reading import data_folder
from vitne.cli.main import main
from vitne.evidence.canonical import canonical
from vitne.report.frozen import freeze
from vitne.store import read_case


def schema(name: str):
    said = json.loads((data_folder() / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(said)
    return jsonschema.Draft202012Validator(said)


def test_the_findings_document_is_what_its_schema_says(demonstration, tmp_path) -> None:
    place = tmp_path / "r.json"
    assert main(["report", str(demonstration / "case"), "--format", "json", "-o", str(place)]) == 0
    document = json.loads(place.read_bytes())
    schema("findings").validate(document)
    assert set(document) == set(
        json.loads((data_folder() / "schema" / "findings.json").read_text())["properties"]
    )


def test_with_and_without_what_stands_beside_it_fits(demonstration) -> None:
    bare = freeze(read_case(demonstration / "case"))
    for document in (bare, rich(bare)):
        schema("findings").validate(json.loads(canonical(document)))


@pytest.mark.parametrize("name", ["targets", "findings", "revealed"])
def test_what_is_not_of_the_shape_is_refused(demonstration, name) -> None:
    document = freeze(read_case(demonstration / "case"))
    document[name] = "no"
    assert list(schema("findings").iter_errors(document))


def test_a_challenge_is_what_its_schema_says(bag, capsys) -> None:
    assert main(["challenge", str(bag), "--json"]) == 0
    schema("challenge").validate(json.loads(capsys.readouterr().out.splitlines()[-1]))
