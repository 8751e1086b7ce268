from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.events import Hints
from vitne.events.reading import read_bytes, read_log
from vitne.model import CaptureError

if TYPE_CHECKING:
    from pathlib import Path

NEAR = Hints(near_ns=1_549_174_470 * 10**9, zone_s=0)


def test_the_format_is_found_by_content(tmp_path: Path) -> None:
    place = tmp_path / "log.txt"
    place.write_bytes(b"02-03 07:15:31.123  1000  1885  3066 I screen_toggled: 2\n")
    log = read_log(place, NEAR)
    assert (log.format, [each.kind for each in log.events]) == ("logcat", ["keyguard-gone"])
    assert len(log.sha256) == 64


def test_what_is_no_log_is_refused_with_what_would_do(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="no reader"):
        read_bytes(b"\x7fELF" + bytes(100), "x", NEAR)
    with pytest.raises(CaptureError):
        read_log(tmp_path / "absent", NEAR)
    with pytest.raises(CaptureError):
        read_log(tmp_path, NEAR)


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "e").write_bytes(b"")
    assert [each.name for each in read_log(tmp_path / "e", NEAR).remarks] == ["empty"]


def test_a_log_that_breaks_off_keeps_what_was_read() -> None:
    log = read_bytes(b'{"time":1549174531,"kind":"boot"}\n{"time":15', "marks.jsonl", NEAR)
    assert [each.kind for each in log.events] == ["boot"]
    assert [each.name for each in log.remarks] == ["malformed"]
