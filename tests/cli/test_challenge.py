"""Twin of vitne.cli.challenge: each alternative with its outcome, for people and as JSON."""

from __future__ import annotations

import json

from vitne.cli.main import main


def test_each_alternative_is_excluded_because_or_not_excluded(bag, capsys) -> None:
    assert main(["challenge", str(bag)]) == 0
    out = capsys.readouterr().out
    assert "48 findings left the home network" in out
    assert out.count("excluded because") + out.count("not excluded:") == 11
    assert "not excluded: In readable connections nothing proves who answered." in out


def test_the_document_says_the_same_of_case_and_bag(bag, demonstration, capsys) -> None:
    said = []
    for place in (bag, demonstration / "case"):
        assert main(["challenge", str(place), "--json"]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == said[1]
    assert said[0]["schema"] == "vitne-challenge/1"
    assert {"id", "title", "excluded", "why"} == set(said[0]["alternatives"][0])
