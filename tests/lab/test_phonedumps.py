from __future__ import annotations

import io
import struct
import zipfile

from vitne.events import Hints
from vitne.events.reading import read_bytes
from vitne.lab.phonedumps import binary, bug_report, usage
from vitne.lab.phonelog import ENTRIES, READABLE, PhoneLog

START = 1_549_174_470 * 10**9
LEFT_OUT = {"roaming-off"}  # the first one is no change


def lived() -> PhoneLog:
    log = PhoneLog(io.StringIO(), start_ns=START, ahead_s=1.6, zone_s=3600)
    for number, kind in enumerate(sorted({*ENTRIES, *READABLE})):
        log.event(number * 200.0, kind, "")
    log.event(5000.0, "app-foreground", "com.example.a")
    return log


def test_an_entry_lies_in_the_binary_log_byte_by_byte() -> None:
    log = PhoneLog(io.StringIO(), start_ns=START, ahead_s=0.0, zone_s=3600)
    log.event(0.5, "screen-on", "")
    head = struct.pack(
        "<HHiIIIII", 4 + 2 + 5 + 5 + 9 + 5 + 5, 28, 1000, 1421, 1_549_174_470, 500_000_000, 2, 1000
    )
    body = struct.pack("<IBBBiBiBqBiBi", 2728, 3, 5, 0, 1, 0, 2, 1, 0, 0, 0, 0, 312)
    assert binary(log.rows) == head + body


def test_the_binary_log_tells_the_same_as_its_text() -> None:
    log = lived()
    read = read_bytes(binary(log.rows), "events.bin", Hints())
    told = {each.kind: each.time_ns for each in read.events}
    assert told == {kind: at for at, kind, _ in log.happened if kind in {*ENTRIES, "app-foreground"}}
    assert not read.remarks


def test_a_bug_report_tells_all_of_it_and_its_own_zone() -> None:
    log = lived()
    data = bug_report(log, dumped_ns=START + 6000 * 10**9)
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    assert data == bug_report(log, dumped_ns=START + 6000 * 10**9)
    read = read_bytes(data, "bugreport-lab.zip", Hints())
    assert {each.kind for each in read.events} == {kind for _, kind, _ in log.happened} - LEFT_OUT
    [boot] = [each for each in read.events if each.kind == "boot"]
    assert boot.time_ns == next(at for at, kind, _ in log.happened if kind == "boot")
    assert "zone-assumed" not in boot.doubts


def test_usage_events_have_whole_seconds_of_the_phones_own_zone() -> None:
    text = usage([(START + 900_000_000, "app-foreground", "com.example.a"), (START, "boot", "")], 3600)
    assert 'time="2019-02-03 07:14:30" type=MOVE_TO_FOREGROUND package=com.example.a' in text
    assert text.count("type=") == 1
