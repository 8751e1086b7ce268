"""``vitne subject``: asking, checking as it goes, writing; checking a file that is there."""

from __future__ import annotations

import builtins
import stat
from typing import TYPE_CHECKING

from vitne.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


def _answers(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    waiting: Iterator[str] = iter(answers)
    monkeypatch.setattr(builtins, "input", lambda _question: next(waiting, ""))


def test_new_says_where_to_find_a_value_and_which_check_digit_was_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _answers(monkeypatch, "490154203237519", "490154203237518")
    assert main(["subject", "new", str(tmp_path / "me.toml")]) == 0
    shown = capsys.readouterr().out
    assert "*#06#" in shown
    assert "check digit" in shown
    assert "8" in shown.split("check digit")[1].splitlines()[0]


def test_new_writes_a_file_for_its_owner_alone_that_check_accepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "me.toml"
    _answers(monkeypatch, "490154203237518")
    assert main(["subject", "new", str(file)]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert main(["subject", "check", str(file)]) == 0
    assert "1 values, all well formed\n  imei: 1" in capsys.readouterr().out


def test_new_leaves_a_file_that_is_there_alone_unless_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "me.toml"
    file.write_text("mine", encoding="utf-8")
    _answers(monkeypatch, "490154203237518")
    assert main(["subject", "new", str(file)]) == 2
    assert file.read_text(encoding="utf-8") == "mine"
    assert "--force" in capsys.readouterr().err
    assert main(["subject", "new", str(file), "--force"]) == 0
    assert "490154203237518" in file.read_text(encoding="utf-8")


def test_new_without_an_answer_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch)
    assert main(["subject", "new", str(tmp_path / "me.toml")]) == 0
    assert list(tmp_path.iterdir()) == []


def test_check_warns_of_a_file_that_others_may_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "me.toml"
    file.write_text('[[known]]\nidentifier = "imei"\nvalue = "490154203237518"\n', encoding="utf-8")
    file.chmod(0o644)
    assert main(["subject", "check", str(file)]) == 0
    assert "chmod 600" in capsys.readouterr().err
