"""Twin of vitne.report.frozen: the document holds the case, and any reader of JSON keeps its numbers."""

from __future__ import annotations

import json

import msgspec

from vitne.evidence.canonical import canonical
from vitne.report.frozen import SCHEMA, freeze, plain
from vitne.store import read_case


def test_it_holds_every_finding_and_every_gap_as_the_case_does(demonstration) -> None:
    case = read_case(demonstration / "case")
    document = freeze(case)
    assert document["schema"] == SCHEMA
    assert [f["id"] for f in document["findings"]] == [f.id for f in case.findings]
    assert [int(f["time_ns"]) for f in document["findings"]] == [f.time_ns for f in case.findings]
    assert document["gaps"] == plain(msgspec.to_builtins(case.gaps))


def test_every_finding_stands_under_one_destination(demonstration) -> None:
    document = freeze(read_case(demonstration / "case"))
    listed = [each for t in document["targets"] for line in t["lines"] for each in line["findings"]]
    assert sorted(listed) == sorted(f["id"] for f in document["findings"])


def test_it_has_one_canonical_spelling_without_paths_of_this_machine(demonstration) -> None:
    spelled = canonical(freeze(read_case(demonstration / "case")))
    assert canonical(json.loads(spelled)) == spelled
    assert str(demonstration).encode() not in spelled


def test_big_numbers_and_lone_surrogates_become_text() -> None:
    assert plain({"a": (2**53, "\udc80", True, 1.5)}) == {"a": ["9007199254740992", "\\udc80", True, 1.5]}
