from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from vitne.cli.main import main
from vitne.cli.mark import append, now
from vitne.events import Hints
from vitne.events.formats.own import moment
from vitne.events.reading import read_log
from vitne.model import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_mark_is_added_and_read_back_as_an_event_on_the_captures_clock(tmp_path: Path) -> None:
    place = tmp_path / "marks.jsonl"
    assert main(["mark", "unlock", "by", "hand", "--file", str(place)]) == 0
    assert main(["mark", "consent_refused", "--file", str(place)]) == 0
    found = read_log(place, Hints()).events
    assert [(each.kind, each.detail, each.clock) for each in found] == [
        ("keyguard-gone", "by hand", "capture"),
        ("consent-refused", "", "capture"),
    ]


def test_a_word_that_is_no_event_is_refused_with_those_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mark", "dance", "--file", str(tmp_path / "m")]) == 2
    assert "consent-given" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()


def test_the_time_is_that_of_this_machine() -> None:
    assert abs(moment(now()) - time.time_ns()) < 60 * 10**9


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError):
        append(tmp_path / "file" / "m", {})
    append(tmp_path / "deep" / "m", {"a": 1})
    assert json.loads((tmp_path / "deep" / "m").read_bytes()) == {"a": 1}


def test_a_mark_behind_a_line_that_was_cut_stands_on_its_own(tmp_path: Path) -> None:
    place = tmp_path / "m"
    place.write_bytes(b'{"time":"2019-')
    append(place, {"a": 1})
    append(place, {"a": 2})
    assert place.read_bytes() == b'{"time":"2019-\n{"a":1}\n{"a":2}\n'


def test_only_the_word_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["mark"])
    assert "DETAIL" not in capsys.readouterr().err
