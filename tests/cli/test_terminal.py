"""The console does not end the program by itself."""

from __future__ import annotations

import pytest

from vitne.cli.terminal import Terminal


def test_a_reader_that_went_away_is_told_to_the_caller() -> None:
    with pytest.raises(BrokenPipeError):
        Terminal().on_broken_pipe()


def test_a_terminal_that_is_said_to_have_no_columns_prints_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    Terminal().print("one finding")
    assert capsys.readouterr().out == "one finding\n"
