from __future__ import annotations

from vitne.events.device_log import DeviceLog, merged
from vitne.model import DeviceEvent


def event(kind: str, at: float, detail: str = "") -> DeviceEvent:
    return DeviceEvent(kind=kind, time_ns=round(at * 1e9), detail=detail)  # type: ignore[arg-type]


def settled(*events: DeviceEvent) -> list[tuple[str, float]]:
    log = DeviceLog(name="a", format="own", events=list(events))
    log.settle()
    return [(each.kind, each.time_ns / 1e9) for each in log.events]


def test_two_entries_of_one_change_are_one_event() -> None:
    assert settled(event("screen-on", 1.1), event("screen-on", 1.0)) == [("screen-on", 1.0)]


def test_a_state_told_again_without_its_opposite_between_is_no_event() -> None:
    log = (
        event("keyguard-gone", 1),
        event("keyguard-gone", 50),
        event("keyguard-shown", 60),
        event("keyguard-gone", 70),
    )
    assert settled(*log) == [("keyguard-gone", 1), ("keyguard-shown", 60), ("keyguard-gone", 70)]


def test_where_the_opposite_is_never_told_every_entry_counts() -> None:
    assert len(settled(event("keyguard-gone", 1), event("keyguard-gone", 50))) == 2


def test_apps_are_events_of_their_own() -> None:
    assert len(settled(event("app-foreground", 1, "a"), event("app-foreground", 1.5, "b"))) == 2


def test_remarks_alike_are_counted_up() -> None:
    log = DeviceLog(name="a", format="own")
    log.say("x", "why", record=3)
    log.say("x", "why", record=9, count=4)
    assert [(each.record, each.count) for each in log.remarks] == [(3, 5)]


def test_a_start_told_by_several_lines_is_one() -> None:
    assert settled(event("boot", 1), event("boot", 9), event("boot", 14), event("boot", 400)) == [
        ("boot", 1),
        ("boot", 400),
    ]


def test_roaming_that_is_polled_counts_when_it_changes_and_for_each_slot() -> None:
    own = (
        event("roaming-off", 1, "0"),
        event("roaming-on", 2, "1"),
        event("roaming-off", 10, "0"),
        event("roaming-on", 20, "1"),
        event("roaming-on", 30, "0"),
        event("roaming-off", 40, "1"),
    )
    assert settled(*own) == [("roaming-on", 2), ("roaming-on", 30), ("roaming-off", 40)]


def test_of_two_entries_of_one_change_the_exact_one_stays() -> None:
    coarse = DeviceEvent(kind="screen-on", time_ns=10**9, late_ns=10**9, doubts=("coarse",))
    assert settled(coarse, event("screen-on", 1.7)) == [("screen-on", 1.7)]


def test_a_network_that_is_told_of_anew_is_an_event_though_it_was_never_lost() -> None:
    own = [event("network-lost", 1), *(event("network-connected", at) for at in (50, 53, 900))]
    assert settled(*own) == [("network-lost", 1), ("network-connected", 50), ("network-connected", 900)]


def test_what_two_logs_of_one_device_tell_is_one_event() -> None:
    first = DeviceLog(name="a", format="logcat", events=[event("boot", 1), event("screen-on", 9)])
    second = DeviceLog(name="b", format="logcat", events=[event("boot", 30), event("screen-on", 9)])
    mark = DeviceEvent(kind="boot", time_ns=10**9, clock="capture")
    marks = DeviceLog(name="c", format="own", events=[mark])
    assert [(each.kind, each.time_ns // 10**9, each.clock) for each in merged([first, second, marks])] == [
        ("boot", 1, "device"),
        ("screen-on", 9, "device"),
        ("boot", 1, "capture"),
    ]
