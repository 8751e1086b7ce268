from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.cli.main import main
from vitne.lab import nets, outing
from vitne.model import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_says_what_it_left_and_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(folder: Path, day: list[object], **more: object) -> outing.Outing:
        assert more["answer"] == "silent"
        assert more["only"] == ["beacon", "ordinary"]
        names = {name: folder / name for name in ("capture", "events", "truth", "subject")}
        return outing.Outing(packets=7, dhcp=True, **names)  # type: ignore[arg-type]

    monkeypatch.setattr(outing, "run", run)
    asked = ["lab", str(tmp_path), "--answer", "silent", "--senders", "beacon, ordinary", "--hours", "1"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "lent by DHCP" in said
    assert "vitne triggers" in said


def test_where_it_cannot_run_it_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise UsageError(
            "the lab makes network namespaces, and this user may not", next_step="sudo vitne lab"
        )

    monkeypatch.setattr(nets, "check", refuse)
    assert main(["lab", str(tmp_path)]) == 2
    assert "sudo vitne lab" in capsys.readouterr().err
