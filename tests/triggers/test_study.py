from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vitne.model import ClockSample, DeviceEvent
from vitne.triggers.study import INCOMPARABLE, TWICE, study

BASE = 1_549_174_470 * 10**9
SPAN = (BASE, BASE + 20_000 * 10**9)


def event(kind: str, at: float, **more: Any) -> DeviceEvent:
    return DeviceEvent(kind=kind, time_ns=BASE + round(at * 1e9), **more)  # type: ignore[arg-type]


def column(*seconds: float) -> np.ndarray:
    return np.array([BASE + round(at * 1e9) for at in seconds], dtype=np.int64)


def made(events: list[DeviceEvent], times: dict[str, np.ndarray], **more: Any) -> Any:
    return study(
        events, more.pop("samples", ()), times, span_ns=SPAN, chance=np.random.default_rng(1), **more
    )


def test_marks_on_the_captures_own_clock_need_no_offset() -> None:
    given = made([event("keyguard-gone", 100, clock="capture")], {"a.example": column(101, 102, 500)})
    assert given.observation.offset.bound_s == 2.0
    assert given.events["keyguard-gone"].tolist() == [
        60.0
    ]  # the observation begins a minute before the first event
    assert given.bursts["a.example"].tolist() == [61.0]
    assert given.early["keyguard-gone"] == 2.0


def test_comparisons_of_the_clocks_move_the_events() -> None:
    samples = [ClockSample(time_ns=BASE, offset_ns=5 * 10**9, bound_ns=10**7)]
    given = made([event("boot", 105.0)], {"a.example": column(110.0)}, samples=samples)
    assert given.observation.offset.seconds == 5.0
    assert (given.observation.begin_ns - BASE) / 1e9 == 40.0


def test_a_clock_that_cannot_be_compared_gives_no_offset() -> None:
    assert made([event("boot", 5.0)], {"a.example": column(9000.0)}).observation.offset is None


def test_the_anchors_may_be_told_apart_from_the_destinations_tested() -> None:
    draw = np.random.default_rng(3)
    at = np.sort(draw.random(30) * 19_000) + 100
    events = [event("screen-on", float(moment)) for moment in at]
    given = made(events, {"a.example": column(5.0)}, anchors_ns=column(*(at + 0.7)))
    assert abs(given.observation.offset.seconds) <= given.observation.offset.bound_s


def test_events_that_cannot_be_placed_are_left_out_and_counted_by_reason() -> None:
    own = [
        event("boot", 10.0, doubts=("clock-not-set",)),
        event("boot", 10.0, doubts=("clock-jump",)),
        event("boot", -9e5),
        event("keyguard-gone", 50.0, clock="capture"),
    ]
    given = made(own, {"a.example": column(51.0)})
    assert given.observation.left_out == {
        "clock-not-set": 1,
        "clock-jump": 1,
        "more than a day from the capture": 1,
    }


def test_the_screen_gives_the_sessions_and_apps_are_split_when_opened_often() -> None:
    own = [event("screen-on", 100.0, clock="capture"), event("screen-off", 200.0, clock="capture")]
    own += [event("app-foreground", 110.0 + n, detail="com.example.a", clock="capture") for n in range(5)]
    own += [event("app-foreground", 150.0, detail="com.example.b", clock="capture")]
    given = made(own, {"a.example": column(111.0)})
    assert len(given.sessions) == 1
    assert sorted(given.events) == ["app-foreground", "app-foreground:com.example.a", "screen-on"]


def test_slots_of_a_trial_stand_apart_from_events() -> None:
    own = [event("stimulus", 100.0 * n, detail="unlock", clock="capture") for n in range(1, 4)]
    own += [event("sham", 100.0 * n + 50, detail="idle", clock="capture") for n in range(1, 4)]
    given = made(own, {"a.example": column(101.0)})
    assert list(given.slots) == ["unlock"]
    assert [len(side) for side in given.slots["unlock"]] == [3, 3]
    assert given.events == {}


def test_a_burst_of_buffered_lines_opens_the_window_as_far_as_it_may_be_late() -> None:
    given = made([event("boot", 100.0, clock="capture", early_ns=30 * 10**9)], {"a.example": column(90.0)})
    assert given.early["boot"] == pytest.approx(30.0)


def test_what_the_captures_own_clock_tells_stays_where_the_devices_cannot_be_compared() -> None:
    own = [event("boot", 5.0), event("keyguard-gone", 50.0, clock="capture")]
    given = made(own, {"a.example": column(51.0)})
    assert given.observation.offset is not None
    assert list(given.events) == ["keyguard-gone"]
    assert given.observation.left_out == {INCOMPARABLE: 1}


def test_a_mark_of_what_the_log_tells_too_is_one_event() -> None:
    samples = [ClockSample(time_ns=BASE, offset_ns=5 * 10**9, bound_ns=10**7)]
    own = [event("keyguard-gone", 105.0), event("keyguard-gone", 101.5, clock="capture")]
    own += [event("keyguard-gone", 900.0, clock="capture"), event("boot", 100.0, clock="capture")]
    given = made(own, {"a.example": column(110.0)}, samples=samples)
    assert len(given.events["keyguard-gone"]) == 2
    assert len(given.events["boot"]) == 1
    assert given.observation.left_out == {TWICE: 1}
