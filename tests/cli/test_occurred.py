"""Device events by kind, and words that are no kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.cli.occurred import kind_of_event, times_of
from vitne.model import CaptureError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_times_are_sorted_by_kind_and_told_once(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("time,kind\n2019-02-03T06:20:00Z,boot\n2019-02-03T06:14:31Z,boot\n", encoding="utf-8")
    second.write_text(
        "time,kind\n2019-02-03T06:14:31Z,boot\n2019-02-03T06:15:00Z,screen-on\n", encoding="utf-8"
    )
    times = times_of([str(first), str(second)], near_ns=None, zone=None)
    assert times == {
        "boot": [1549174471 * 10**9, 1549174800 * 10**9],
        "screen-on": [1549174500 * 10**9],
    }


def test_a_word_that_is_no_kind_is_told_with_the_nearest() -> None:
    assert kind_of_event("boot") == "boot"
    with pytest.raises(UsageError, match="did you mean 'screen-on'"):
        kind_of_event("screen_on")


def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises((CaptureError, UsageError)):
        times_of([str(tmp_path / "none.csv")], near_ns=None, zone=None)
