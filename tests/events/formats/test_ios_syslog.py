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
