from __future__ import annotations

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import ios_syslog
from vitne.model import Fit

NEAR = 1_549_174_470 * 10**9
LOG = b"""Feb  3 07:15:31 Karis-iPhone backboardd[66] <Notice>: something else
Feb  3 07:15:31.250000 SpringBoard(FrontBoard)[57] <Notice>: posting com.apple.springboard.hasBlankedScreen state=0
Feb  3 07:15:33 Karis-iPhone SpringBoard[57] <Notice>: posting com.apple.springboard.lockstate state=0
Feb  3 07:16:33 Karis-iPhone siriknowledged[90] <Info>: SpringBoard lock state changed! (newSpringBoardLockState: YES)
[connected]
"""


def read(text: bytes, near: int | None = NEAR) -> DeviceLog:
    log = DeviceLog(name="a", format="ios-syslog")
    ios_syslog.read(text, log, Hints(near_ns=near, zone_s=3600))
    return log


def test_screen_and_lock_are_told_apart() -> None:
    found = [(each.kind, each.time_ns, each.record) for each in read(LOG).events]
    assert found == [
        ("screen-on", 1_549_174_531_250_000_000, 2),
        ("keyguard-gone", 1_549_174_533_000_000_000, 3),
        ("keyguard-shown", 1_549_174_593_000_000_000, 4),
    ]


def test_the_year_is_said_to_be_assumed_and_lines_without_time_are_counted() -> None:
    log = read(LOG)
    assert log.events[0].doubts == ("year-assumed",)
    assert log.events[1].doubts == ("year-assumed", "coarse")
    assert [each.name for each in log.remarks] == ["no-time"]
    assert read(LOG, None).events == []


def test_a_clock_that_goes_back_puts_all_in_doubt() -> None:
    log = read(LOG + LOG)
    assert {"clock-jump"} <= set(log.events[0].doubts)


def test_the_log_is_known_by_its_lines() -> None:
    assert ios_syslog.fit(LOG, "x") == Fit.LIKELY
    assert ios_syslog.fit(b"Feb  3 07:15:31 host sshd[1]: Accepted", "x") == Fit.NO


DATED = b"""2019-02-03 07:14:40.000000 kernel{kernel}[0] <NOTICE>: Darwin Kernel Version 18.2.0: x
2019-02-03 07:15:31.250000 SpringBoard{FrontBoard}[57] <NOTICE>: posting com.apple.springboard.hasBlankedScreen state=0
2019-02-03 07:15:33.000001 SpringBoard{FrontBoard}[57] <DEFAULT>: Front display did change: <SBApplication: 0x10; com.example.avisa>
"""
ARCHIVED = b"""Timestamp                       (process)[PID]
2019-02-03 07:15:30.000000+0100  localhost configd[52]: (libnetwork.dylib) [com.apple.network:] network changed: v4(en0+:192.0.2.57) DNS+ Proxy+
2019-02-03 07:15:31.250000+0100 0x1a2b     Default     0x0                  57     0    SpringBoard: (FrontBoard) [com.apple.SpringBoard:a] posting com.apple.springboard.lockstate state=0
2019-02-03 07:15:35.000000+0100 0x1a2c     Default     0x0                  80     0    CommCenter: (x) SIM initialization complete; all essential information available
"""


def test_lines_with_a_whole_date_need_no_hint_for_the_year() -> None:
    log = read(DATED, None)
    assert [(each.kind, each.detail) for each in log.events] == [
        ("boot", ""),
        ("screen-on", ""),
        ("app-foreground", "com.example.avisa"),
    ]
    assert log.events[1].time_ns == 1_549_174_531_250_000_000
    assert log.events[1].doubts == ()


def test_lines_of_an_archive_tell_their_zone_themselves() -> None:
    log = DeviceLog(name="a", format="ios-syslog")
    ios_syslog.read(ARCHIVED, log, Hints())
    assert [(each.kind, each.doubts) for each in log.events] == [
        ("network-connected", ()),
        ("keyguard-gone", ()),
        ("sim-changed", ()),
    ]
    assert log.events[1].time_ns == 1_549_174_531_250_000_000
    assert ios_syslog.fit(ARCHIVED, "x") == Fit.LIKELY


def test_a_date_that_is_none_is_no_time() -> None:
    text = b"2019-02-31 07:15:30.0 SpringBoard{a}[57] <NOTICE>: posting com.apple.springboard.lockstate state=0\n"
    log = read(text * 2)
    assert log.events == []
    assert [(each.name, each.count) for each in log.remarks] == [("no-time", 2)]
