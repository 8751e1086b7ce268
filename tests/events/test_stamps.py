from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from vitne.events.stamps import NO_ZONE, PAD, stamps, with_year

UTC = dt.UTC


def ns(*parts: int) -> int:
    return int(dt.datetime(*parts[:6], tzinfo=UTC).timestamp()) * 10**9 + (parts[6] if len(parts) > 6 else 0)


def read(*lines: bytes) -> list[tuple[int, bool, bool, int, int]]:
    text = b"\n".join(lines)
    starts = np.array([0, *[i + 1 for i, byte in enumerate(text) if byte == 10]], dtype=np.int64)
    found = stamps(np.frombuffer(text + bytes(PAD), dtype=np.uint8), starts)
    columns = (found.time_ns, found.has_time, found.has_year, found.zone_s, found.digits)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_every_form_of_logcat_is_read() -> None:
    got = read(
        b"02-03 07:15:31.123  1000  1885 I a: b",
        b"2019-02-03 07:15:31.123 +0100  1000 I a: b",
        b"2019-02-03 07:15:31.123456 -0330 1 2 I a: b",
        b"02-03 07:15:31 I/a: b",
        b"1549174531.123456  1000 1 I a: b",
    )
    assert got[0] == (ns(2000, 2, 3, 7, 15, 31, 123_000_000), True, False, NO_ZONE, 3)
    assert got[1] == (ns(2019, 2, 3, 7, 15, 31, 123_000_000), True, True, 3600, 3)
    assert got[2] == (ns(2019, 2, 3, 7, 15, 31, 123_456_000), True, True, -12_600, 6)
    assert got[3][1:] == (True, False, NO_ZONE, 0)
    assert got[4] == (1_549_174_531_123_456_000, True, True, 0, 6)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"--------- beginning of main",
        b"13-03 07:15:31.123",
        b"02-32 07:15:31.1",
        b"02-03 24:00:00.0",
        b"\xff" * 40,
    ],
)
def test_what_is_no_time_is_none(line: bytes) -> None:
    assert read(line)[0][1] is False


def test_leap_days_and_the_turn_of_the_year_go_to_the_nearest_year() -> None:
    near = ns(2024, 1, 1, 0, 0, 0)
    times = np.array(
        [ns(2000, 12, 31, 23, 0, 0), ns(2000, 1, 1, 1, 0, 0), ns(2000, 2, 29, 5, 0, 0)], dtype=np.int64
    )
    assert with_year(times, near).tolist() == [
        ns(2023, 12, 31, 23, 0, 0),
        ns(2024, 1, 1, 1, 0, 0),
        ns(2024, 2, 29, 5, 0, 0),
    ]


def test_times_agree_with_the_calendar_over_two_centuries() -> None:
    moments = [
        dt.datetime(1970 + n * 3, n % 12 + 1, n % 28 + 1, n % 24, n % 60, 59, tzinfo=UTC) for n in range(60)
    ]
    got = read(*(moment.strftime("%Y-%m-%d %H:%M:%S.000").encode() for moment in moments))
    assert [row[0] for row in got] == [int(moment.timestamp()) * 10**9 for moment in moments]
