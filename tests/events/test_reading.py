from __future__ import annotations

import tracemalloc
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


def test_a_jump_of_years_forth_and_back_puts_all_but_the_longest_stretch_in_doubt() -> None:
    def lines(year: int, hour: int, count: int) -> str:
        return "".join(
            f"{year}-02-03 {hour:02}:{n:02}:00.000 +0000  1000  1421  1465 I screen_toggled: 2\n"
            for n in range(count)
        )

    text = "--------- beginning of events\n" + lines(2019, 6, 5) + lines(2031, 6, 7) + lines(2019, 7, 20)
    log = read_bytes(text.encode(), "events.log", Hints())
    trusted = [each for each in log.events if "clock-jump" not in each.doubts]
    assert len(trusted) == 20
    assert {each.time_ns // 10**9 // 3600 for each in trusted} == {1_549_177_200 // 3600}
    assert [(each.name, each.count) for each in log.remarks if each.name == "clock-jump"] == [
        ("clock-jump", 2)
    ]


def test_a_long_log_is_read_in_bounded_memory(tmp_path: Path) -> None:
    place = tmp_path / "events.log"
    line = (
        b"2019-02-03 06:%02d:%02d.000 +0000  1000  1421  1465 D ActivityManager: something of little worth\n"
    )
    block = b"".join(line % (n // 60, n % 60) for n in range(3600))
    place.write_bytes(b"--------- beginning of main\n" + block * 100)  # 34 megabytes, 360,000 lines
    tracemalloc.start()
    try:
        log = read_log(place, Hints())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert log.records == 360_001
    assert peak < 100 << 20
