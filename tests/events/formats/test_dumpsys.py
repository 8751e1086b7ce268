from __future__ import annotations

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import dumpsys
from vitne.model import Fit

DUMP = b"""== dumpstate: 2019-02-03 07:30:00
user=0
    time="2019-02-03 07:15:20" type=SCREEN_INTERACTIVE package=android flags=0x0
    time="2019-02-03 07:15:22" type=KEYGUARD_HIDDEN package=android flags=0x0
    time="2019-02-03 07:15:23" type=ACTIVITY_RESUMED package=com.example.chat class=com.example.chat.Main
    time="2019-13-03 07:15:23" type=ACTIVITY_RESUMED package=com.example.chat class=com.example.chat.Main
  mLastWakeTime=123456 (600000 ms ago)
  Package [com.example.chat] (1a2b3c):
    firstInstallTime=2019-01-01 10:00:00
    lastUpdateTime=2019-02-01 10:00:00
"""


def read(text: bytes, zone: int | None = 3600) -> DeviceLog:
    log = DeviceLog(name="a", format="dumpsys")
    dumpsys.read(text, log, Hints(zone_s=zone))
    return log


def test_usage_power_and_packages_become_events() -> None:
    found = [(each.kind, each.detail) for each in read(DUMP).events]
    assert found == [
        ("screen-on", ""),
        ("keyguard-gone", ""),
        ("app-foreground", "com.example.chat"),
        ("screen-on", ""),
        ("app-installed", "com.example.chat"),
        ("app-updated", "com.example.chat"),
    ]


def test_times_are_local_and_coarse() -> None:
    first, *_ = read(DUMP).events
    assert first.time_ns == 1_549_174_520 * 10**9
    assert (first.late_ns, first.doubts) == (10**9, ("coarse",))
    assert "zone-assumed" in read(DUMP, None).events[0].doubts


def test_ms_ago_counts_from_the_dump() -> None:
    power = [each for each in read(DUMP).events if each.rule == "dumpsys power"]
    assert power[0].time_ns == 1_549_174_800 * 10**9  # ten minutes before 06:30 UTC
    alone = read(b"  mLastWakeTime=123456 (600000 ms ago)\n")
    assert alone.events == []
    assert alone.remarks[0].name == "no-time"


def test_a_date_that_is_none_is_said() -> None:
    assert [each.name for each in read(DUMP).remarks] == ["no-time"]


def test_the_dumps_are_known_by_their_lines() -> None:
    assert dumpsys.fit(DUMP, "x") == Fit.LIKELY
    assert dumpsys.fit(b"time,kind\n", "x") == Fit.NO


def test_a_dump_for_programs_tells_milliseconds_utc() -> None:
    text = b"    time=1549174531123 type=SCREEN_INTERACTIVE package=android flags=0x0\n"
    assert dumpsys.fit(text, "x") == Fit.LIKELY
    [event] = read(text, None).events
    assert (event.kind, event.time_ns, event.doubts) == ("screen-on", 1_549_174_531_123_000_000, ())
