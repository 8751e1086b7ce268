"""Twin of vitne.cli.scan: how a scan ends, and what of a run is written down."""

from __future__ import annotations

import argparse
import sys
from types import SimpleNamespace

import pytest

from vitne.cli import scan
from vitne.cli.main import DONE, FAILED, FOUND, STOPPED


def options(**changes: object) -> argparse.Namespace:
    plain: dict = {"fail_on": None, "fail_on_kind": [], "captures": ["a.pcap", "-"]}
    return argparse.Namespace(**{**plain, **changes})


def finding(grade: str, kind: str = "identifier") -> SimpleNamespace:
    return SimpleNamespace(grade=grade, kind=kind)


def result(*findings: SimpleNamespace, partial: bool = False, failed: bool = False) -> SimpleNamespace:
    return SimpleNamespace(findings=findings, partial=partial, failed=failed)


@pytest.mark.parametrize(
    ("grade", "asked", "code"),
    [
        ("observed", "derived", FOUND),
        ("derived", "derived", FOUND),
        ("declared", "derived", DONE),
        ("inferred", "inferred", FOUND),
        ("observed", None, DONE),
    ],
)
def test_a_grade_as_strong_as_asked_ends_with_found(grade: str, asked: str | None, code: int) -> None:
    assert scan.exit_code(result(finding(grade)), options(fail_on=asked)) == code


def test_attributes_count_only_when_asked() -> None:
    model = result(finding("observed", "attribute"))
    assert scan.exit_code(model, options(fail_on="inferred")) == DONE
    assert scan.exit_code(model, options(fail_on="inferred", fail_on_kind=["attribute"])) == FOUND


def test_stopped_goes_before_failed_and_failed_before_found() -> None:
    every = result(finding("observed"), partial=True, failed=True)
    assert scan.exit_code(every, options(fail_on="inferred")) == STOPPED
    every.partial = False
    assert scan.exit_code(every, options(fail_on="inferred")) == FAILED


def test_a_run_tells_who_when_where_and_with_what(monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", ["vitne", "scan", "a.pcap"])
    facts = scan.run_facts(options(), 5)
    assert facts["started_ns"] == 5
    assert facts["ended_ns"] > 5
    assert facts["command"] == ["vitne", "scan", "a.pcap"]
    assert facts["inputs"][0].endswith("/a.pcap")
    assert facts["inputs"][1] == "-"


def test_no_bar_is_drawn_where_nobody_looks(capsys) -> None:
    with scan._progress(shown=True) as progress:
        progress("reading", 1, 2)
    assert capsys.readouterr() == ("", "")
