"""Twin of vitne.cli.wipe: a case is gone, a note says what it was, and nothing else is touched."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from vitne.cli import wipe
from vitne.cli.main import main


@pytest.fixture
def case(demonstration, tmp_path):
    return Path(shutil.copytree(demonstration / "case", tmp_path / "case"))


def test_a_case_is_destroyed_and_a_note_without_values_stays(case, capsys) -> None:
    assert main(["wipe", str(case), "--yes"]) == 0
    assert not case.exists()
    note = json.loads(case.with_name("case.destroyed.json").read_text())
    assert note["files"] > 10
    assert len(note["ledger_end"]) == 64
    assert "flash" in capsys.readouterr().out


def test_files_are_overwritten_before_they_go(tmp_path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"secret" * 100)
    with path.open("rb") as held:
        wipe.overwrite(path)
        assert held.read() == bytes(600)


def test_a_file_that_others_have_too_is_left_as_it_is(tmp_path) -> None:
    (tmp_path / "f").write_bytes(b"secret")
    os.link(tmp_path / "f", tmp_path / "g")
    wipe.overwrite(tmp_path / "f")
    assert (tmp_path / "g").read_bytes() == b"secret"


def test_what_is_no_case_is_left_alone(tmp_path, capsys) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "letter.txt").write_text("keep")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    for name in ("x", "link", "none", "x/letter.txt"):
        assert main(["wipe", str(tmp_path / name), "--yes"]) == 2
    assert (tmp_path / "x" / "letter.txt").exists()
    capsys.readouterr()


def test_without_yes_it_asks_and_without_a_terminal_refuses(case, monkeypatch, capsys) -> None:
    assert main(["wipe", str(case)]) == 2
    monkeypatch.setattr("sys.stdin", type("T", (), {"isatty": lambda _: True})())
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert main(["wipe", str(case)]) == 0
    assert case.exists()
    capsys.readouterr()


def test_with_due_only_what_has_passed_its_date_goes(case, capsys) -> None:
    for date, gone in (("2999-01-01", False), ("2020-01-01", True)):
        place = case.with_name(f"bag-{date}")
        assert main(["seal", str(case), str(place), "--retain-until", date]) == 0
        assert main(["wipe", str(place), "--due", "--yes"]) == 0
        assert place.exists() != gone
    assert main(["wipe", str(case), "--due", "--yes"]) == 0
    assert case.exists()
    capsys.readouterr()
