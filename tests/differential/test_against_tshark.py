"""Packets, streams, requests and names of every capture of the corpus beside what tshark says of them.

One test for each capture asks both once about all of it, so that workers share the captures without sharing state.
What differs stands in differences.toml and is explained in docs/explanation/tshark-differences.md.
"""

from __future__ import annotations

import shutil
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.differential.compare import FOLDER, ROOT, Difference, captures, compare, name_of
from tests.differential.facts import KINDS, shown

LISTED = tomllib.loads((Path(__file__).parent / "differences.toml").read_text(encoding="utf-8"))["difference"]
EXPLANATION = ROOT / "docs" / "explanation" / "tshark-differences.md"
ONLY = ("tshark", "vitne", "both")
FILES = captures() if FOLDER.is_dir() else []


def listed(name: str) -> set[Difference]:
    """Give the differences that are listed for a capture."""
    return {
        Difference(entry["kind"], only, place)
        for entry in LISTED
        if entry["file"] == name
        for only in ONLY
        for place in entry.get(only, ())
    }


@pytest.mark.corpus
@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed: nothing to compare with")
@pytest.mark.parametrize("path", FILES or [None], ids=lambda path: name_of(path) if path else "none")
def test_both_say_the_same_but_for_what_is_listed(path: Path, corpus: Path) -> None:
    outcome = compare(path)
    found, known = set(outcome.differences), listed(name_of(path))
    new = {difference: outcome.differences[difference] for difference in found - known}
    assert not new, "differences that are not listed: explain or mend them"
    assert not known - found, "listed differences that are none any more: take them off the list"


@pytest.mark.corpus
def test_the_corpus_is_compared_whole(corpus: Path) -> None:
    assert len(FILES) >= 150
    assert {entry["file"] for entry in LISTED} <= {name_of(path) for path in FILES}


def test_each_listed_difference_has_its_reason_and_stands_in_the_explanation() -> None:
    text = EXPLANATION.read_text(encoding="utf-8")
    for entry in LISTED:
        assert set(entry) <= {"file", "kind", "because", *ONLY}
        assert entry["kind"] in KINDS
        assert entry["because"]
        assert any(entry.get(only) for only in ONLY)
        assert f"`{Path(entry['file']).name}`" in text
    places = Counter(
        (entry["file"], entry["kind"], only, place)
        for entry in LISTED
        for only in ONLY
        for place in entry.get(only, ())
    )
    assert set(places.values()) == {1}


def test_names_are_written_alike() -> None:
    assert shown(r"A\.b.Example") == shown("a.b.example") == "a.b.example"
    assert shown(r"x\146.example") == shown("x\ufffd.example") == "x?.example"
    assert shown("<Root>") == "."
    assert shown("\\\\x") == "\\x"
