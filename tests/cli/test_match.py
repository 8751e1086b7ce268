"""``vitne match`` as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vitne.cli.main import DONE, FAILED, main
from vitne.lab import firmware as lab

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_case_and_two_firmwares(
    demonstration: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = lab.make(tmp_path)
    case = str(demonstration / "case")
    assert main(["match", case, str(files.with_client)]) == DONE
    out = capsys.readouterr().out
    assert "com.example.autoregistration fits (likely)" in out
    assert (
        main(["match", case, str(files.without_client), "--json", "--html", str(tmp_path / "p.html")]) == DONE
    )
    document = json.loads(capsys.readouterr().out)
    [joined] = [each for each in document["joined"] if each["sending"]["sender"]]
    assert joined["verdict"] == "sending from nothing we found"
    assert (tmp_path / "p.html").is_file()


def test_a_folder_that_is_no_case_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = lab.make(tmp_path / "firmware")
    assert main(["match", str(tmp_path), str(files.with_client)]) == FAILED
    assert "no case here" in capsys.readouterr().err
