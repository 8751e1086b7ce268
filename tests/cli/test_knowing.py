from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from vitne.cli.knowing import day_of, knowledge, listed, places_of, user_folder
from vitne.model import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_users_tables_stand_where_they_are_told_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VITNE_DATA", str(tmp_path))
    assert user_folder() == tmp_path
    assert {each.series for each in knowledge().snapshots} >= {"asn", "asn-country"}
    assert all(row["sha256"] and row["licence"] for row in listed())
    monkeypatch.delenv("VITNE_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "vitne" / "tables"


def test_the_day_of_the_capture_can_be_asked_for() -> None:
    row = SimpleNamespace(time_ns=1_549_174_481_000_000_000)
    case = SimpleNamespace(transmissions=[row], findings=[])
    assert day_of("capture", case) == "2019-02-03"  # type: ignore[arg-type]
    assert day_of("capture", SimpleNamespace(transmissions=[], findings=[])) == ""  # type: ignore[arg-type]
    assert day_of("", None) == ""
    assert day_of("2019-03-21", None) == "2019-03-21"
    with pytest.raises(UsageError):
        day_of("soon", None)


def test_destinations_of_a_case_are_each_given_once_those_with_findings_first() -> None:
    target = SimpleNamespace(ip="198.51.100.2", host="b.example")
    case = SimpleNamespace(
        findings=[
            SimpleNamespace(direction="sent", destination=target),
            SimpleNamespace(direction="received"),
        ],
        transmissions=[SimpleNamespace(ip="198.51.100.1", host="a.example"), target],
        opaque=[SimpleNamespace(destination=SimpleNamespace(ip="198.51.100.3", host=""))],
    )
    assert places_of(case) == [
        ("198.51.100.2", "b.example"),
        ("198.51.100.1", "a.example"),
        ("198.51.100.3", ""),
    ]  # type: ignore[arg-type]
