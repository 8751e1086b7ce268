from __future__ import annotations

import io

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import logcat
from vitne.lab.phonelog import ENTRIES, READABLE, PhoneLog

START = 1_549_174_470 * 10**9


def test_what_the_phone_writes_is_read_back_as_what_happened() -> None:
    out = io.StringIO()
    log = PhoneLog(out, start_ns=START, ahead_s=1.6, zone_s=3600)
    kinds = sorted({*ENTRIES, *READABLE})
    for number, kind in enumerate(kinds):
        log.event(number * 100.0, kind, "")
    log.event(5000.0, "app-foreground", "com.example.a")
    log.event(5050.0, "sim-changed", "ABSENT")
    log.event(5060.0, "app-updated", "com.example.a")
    log.event(5100.0, "note", "writes no line")
    read = DeviceLog(name="a", format="logcat")
    logcat.read(out.getvalue().encode(), read, Hints(near_ns=START, zone_s=3600))
    told = {each.kind: (each.time_ns - START) / 1e9 for each in read.events}
    assert told == {
        **{kind: number * 100.0 + 1.6 for number, kind in enumerate(kinds)},
        "app-foreground": 5001.6,
        "sim-changed": 5051.6,
        "app-updated": 5061.6,
    }
    assert {each.kind: each.detail for each in read.events if each.detail} == {
        "app-foreground": "com.example.a",
        "app-updated": "com.example.a",
        "sim-changed": "ABSENT",
        "roaming-on": "0",
        "roaming-off": "0",
    }


def test_a_program_that_says_too_much_writes_a_readable_line() -> None:
    out = io.StringIO()
    PhoneLog(out, start_ns=START, ahead_s=0.0, zone_s=0).says(0.0, "RegistrationTask", "{}")
    assert out.getvalue() == "02-03 06:14:30.000  1000  1421  1465 D RegistrationTask: {}\n"
