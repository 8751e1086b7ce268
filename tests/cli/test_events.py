from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vitne.cli.main import main
from vitne.events import adb

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LINE = b"02-03 07:15:31.123  1000  1885  3066 I screen_toggled: 2\n"


def test_events_are_shown_with_their_line_and_doubts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "log"
    place.write_bytes(LINE)
    assert main(["events", "show", str(place), "--near", "2019-02-03T00:00:00Z", "--zone", "+01:00"]) == 0
    said = capsys.readouterr()
    assert "2019-02-03 06:15:31.123  keyguard-gone" in said.out
    assert "(log:1)  [year-assumed]" in said.out
    assert "no-year" in said.err
    assert main(["events", "show", str(place), "--near", "2019-02-03T00:00:00Z", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "keyguard-gone"


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x7fELF" + bytes(50))
    assert main(["events", "show", str(tmp_path / "x")]) == 3
    (tmp_path / "log").write_bytes(LINE)
    assert main(["events", "show", str(tmp_path / "log"), "--near", "soon"]) == 2


def test_collecting_says_what_it_got_and_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def collect(server: tuple[str, int], folder: Path, **more: object) -> adb.Collected:
        assert server == ("127.0.0.1", 5037)
        return adb.Collected(lines=3, samples=2)

    monkeypatch.setattr(adb, "collect", collect)
    assert main(["events", "collect", "--out", str(tmp_path), "--seconds", "1"]) == 0
    assert "3 lines and 2 comparisons" in capsys.readouterr().out
    assert main(["events", "collect", "--adb", "nowhere"]) == 2
