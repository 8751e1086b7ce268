from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import event_log
from vitne.model import Fit, Malformed

SECONDS = 1_549_174_531


def entry(tag: int, values: bytes, *, seconds: int = SECONDS, nanoseconds: int = 5, size: int = 28) -> bytes:
    payload = struct.pack("<I", tag) + values
    head = struct.pack("<HHiIII", len(payload), size, 1000, 1000, seconds, nanoseconds)
    return head + bytes(size - len(head)) + payload


def integer(value: int) -> bytes:
    return b"\0" + struct.pack("<i", value)


def text(value: bytes) -> bytes:
    return b"\2" + struct.pack("<I", len(value)) + value


SCREEN = entry(
    2728, b"\3\5" + integer(1) + integer(2) + b"\1" + struct.pack("<q", 0) + integer(0) + integer(312)
)
APP = entry(30043, b"\3\3" + integer(0) + text(b"com.example.a/.Main") + text(b"why"), size=20)


def read(data: bytes) -> DeviceLog:
    log = DeviceLog(name="a", format="event-log")
    event_log.read(data, log, Hints())
    return log


def test_typed_entries_become_events_with_whole_times() -> None:
    found = read(SCREEN + APP + entry(70000, integer(2)) + entry(30085, integer(0)))
    assert [(each.kind, each.detail, each.record) for each in found.events] == [
        ("screen-on", "", 1),
        ("app-foreground", "com.example.a", 2),
        ("keyguard-gone", "", 3),
        ("storage-unlocked", "", 4),
    ]
    assert found.events[0].time_ns == SECONDS * 10**9 + 5


def test_every_proper_prefix_is_reported() -> None:
    data = SCREEN + APP
    for cut in range(1, len(data)):
        if cut != len(SCREEN):
            with pytest.raises(Malformed):
                read(data[:cut])


def test_other_shapes_dropped_entries_and_broken_values_are_said() -> None:
    log = read(
        entry(70000, b"\3\2" + integer(1) + integer(1)) + entry(1006, integer(9)) + entry(2728, b"\3\7")
    )
    assert {each.name for each in log.remarks} == {"unknown-shape", "lines-dropped", "unreadable-entry"}
    assert log.events == []


def test_a_clock_before_2010_was_not_set() -> None:
    assert read(entry(70000, integer(1), seconds=12)).events[0].doubts == ("clock-not-set",)


def test_lists_in_lists_are_opened_to_a_depth() -> None:
    assert event_log.values(b"\3\1\3\1" + integer(7)) == [7]
    with pytest.raises(Malformed):
        event_log.values(b"\3\1" * 9 + integer(7))


def test_the_format_is_known_by_its_headers() -> None:
    assert event_log.fit(SCREEN + APP, "x") == Fit.LIKELY
    assert event_log.fit(b"02-03 07:15:31.123 I a: b" * 9, "x") == Fit.NO


@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    for noise in (data, SCREEN + data):
        try:
            read(noise)
        except Malformed:
            continue


def test_of_a_clock_that_jumps_only_the_longest_stretch_is_trusted() -> None:
    lit = integer(2)
    data = entry(70000, lit, seconds=SECONDS) + entry(70000, lit, seconds=SECONDS + 9)
    data += b"".join(entry(70000, lit, seconds=SECONDS + 10**9 + n) for n in range(3))
    data += b"".join(entry(70000, lit, seconds=SECONDS + 100 + n) for n in range(5))
    log = read(data)
    assert ["clock-jump" in each.doubts for each in log.events] == [True] * 5 + [False] * 5
    assert [(each.name, each.count) for each in log.remarks] == [("clock-jump", 2)]


def test_what_was_read_before_a_broken_entry_keeps_its_doubts() -> None:
    data = entry(70000, integer(2), seconds=100) + entry(70000, integer(2)) + entry(70000, integer(2)) + b"x"
    log = DeviceLog(name="a", format="event-log")
    with pytest.raises(Malformed):
        event_log.read(data, log, Hints())
    assert [each.doubts for each in log.events] == [("clock-not-set",), (), ()]
