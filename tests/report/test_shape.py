"""Twin of vitne.report.shape: what the commands print is what the published schemas say."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest
from tests.report.rich import rich

from vitne.catalog.messages import messages
from vitne.catalog.reading import data_folder
from vitne.cli.main import main
from vitne.evidence.canonical import canonical
from vitne.model import Malformed
from vitne.report.audiences import Setting, page
from vitne.report.audiences.known import ladder, occasions, recipients
from vitne.report.facts import Facts
from vitne.report.frozen import freeze
from vitne.report.shape import beside_in, occasions_in
from vitne.store import read_case

SAY = messages("en")


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


def _places(value, at=()):
    """Give the place of every value in a document, the first item of each list alone."""
    yield at
    if isinstance(value, dict):
        for key in value:
            yield from _places(value[key], (*at, key))
    elif isinstance(value, list) and value:
        yield from _places(value[0], (*at, 0))


def test_a_foreign_document_of_any_shape_is_refused_or_told_without_a_fault(demonstration) -> None:
    document = rich(freeze(read_case(demonstration / "case")))
    around = {key: document[key] for key in ("destinations", "occasions")}
    tried = refused = 0
    for place in [each for each in _places(around) if each]:
        for wrong in (None, "x", 7, {}, "9" * 5000):
            changed = copy.deepcopy(around)
            inner = changed
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = wrong
            tried += 1
            try:
                beside = beside_in(json.dumps(changed).encode())
            except Malformed:
                refused += 1
                continue
            facts = Facts(
                {**document, "destinations": beside.destinations, "occasions": beside.occasions}, SAY
            )
            page("authority", facts, Setting())
            assert recipients(facts)
            assert occasions(facts)
            assert bool(ladder(facts)) == bool(facts.known(facts.outside[0]))
    assert tried > 200
    assert tried / 3 < refused < tried


@pytest.mark.parametrize("data", [b"", b"[]", b"[" * 100_000, b"\xff", b'{"destinations": {}}'])
def test_what_is_no_document_is_malformed(data) -> None:
    with pytest.raises(Malformed):
        beside_in(data)
    with pytest.raises(Malformed):
        occasions_in(data)
