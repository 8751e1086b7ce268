"""Times at the beginning of log lines, read for millions of lines at once.

summary: [year-]MM-DD HH:MM:SS[.fraction][ zone], or seconds since 1970 with a fraction
specification: the output formats of logcat (time, threadtime; modifiers year, zone, UTC, usec, nsec, epoch)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_ZONE = -(1 << 30)
PAD = 64  # bytes behind the buffer that may be looked at
_SECOND = 10**9


class Stamps(msgspec.Struct, frozen=True, kw_only=True):
    """One row a line."""

    time_ns: np.ndarray  # int64: nanoseconds since 1970, local; of a line without a year in the year 2000
    has_time: np.ndarray  # bool
    has_year: np.ndarray  # bool
    zone_s: np.ndarray  # int64: seconds ahead of UTC, NO_ZONE where the line tells none
    digits: np.ndarray  # int8: digits of the fraction, 0 for whole seconds


def stamps(data: NDArray[np.uint8], starts: NDArray[np.int64]) -> Stamps:
    """Read the time at each line's start; ``data`` has to go on for PAD bytes behind its last line."""
    year_first = (data[starts + 4] == ord("-")) & (data[starts + 7] == ord("-"))
    year, year_ok = _number(data, starts, 4)
    has_year = year_first & year_ok & (year >= 1970) & (year < 2262)
    base = starts + np.where(has_year, 5, 0)
    month, ok_month = _number(data, base, 2)
    day, ok_day = _number(data, base + 3, 2)
    hour, ok_hour = _number(data, base + 6, 2)
    minute, ok_minute = _number(data, base + 9, 2)
    second, ok_second = _number(data, base + 12, 2)
    ok = ok_month & ok_day & ok_hour & ok_minute & ok_second
    for offset, character in ((2, "-"), (5, " "), (8, ":"), (11, ":")):
        ok &= data[base + offset] == ord(character)
    ok &= (
        (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (hour < 24) & (minute < 60) & (second < 61)
    )
    fraction, digits = _fraction(data, base + 14)
    zone = _zone(data, base + 14 + np.where(digits > 0, digits + 1, 0))
    months = (np.where(has_year, year, 2000) - 1970) * 12 + np.where(ok, month, 1) - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    local = (days * 86_400 + hour * 3600 + minute * 60 + second) * _SECOND + fraction
    epoch, is_epoch, epoch_digits = _epoch(data, starts)
    return Stamps(
        time_ns=np.where(is_epoch, epoch, np.where(ok, local, 0)),
        has_time=ok | is_epoch,
        has_year=has_year | is_epoch,
        zone_s=np.where(is_epoch, 0, np.where(ok, zone, NO_ZONE)),
        digits=np.where(is_epoch, epoch_digits, digits).astype(np.int8),
    )


def with_year(time_ns: NDArray[np.int64], near_ns: int) -> NDArray[np.int64]:
    """Move times of the year 2000 to the year that brings each nearest to a moment."""
    near = np.datetime64(near_ns, "ns")
    middle = int(near.astype("datetime64[Y]").astype(np.int64)) + 1970
    moments = time_ns.view("datetime64[ns]")
    months = moments.astype("datetime64[M]")
    rest = time_ns - months.astype("datetime64[ns]").astype(np.int64)
    best = np.full(time_ns.shape, np.iinfo(np.int64).max)
    out = time_ns.copy()
    for year in (middle - 1, middle, middle + 1):
        moved = (months + 12 * (year - 2000)).astype("datetime64[ns]").astype(np.int64) + rest
        far = np.abs(moved - near_ns)
        nearer = far < best
        out[nearer], best[nearer] = moved[nearer], far[nearer]
    return out


def _number(
    data: NDArray[np.uint8], at: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    value = np.zeros(len(at), dtype=np.int64)
    ok = np.ones(len(at), dtype=bool)
    for offset in range(count):
        digit = data[at + offset].astype(np.int64) - ord("0")
        ok &= (digit >= 0) & (digit <= 9)
        value = value * 10 + digit
    return np.where(ok, value, 0), ok


def _fraction(data: NDArray[np.uint8], at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read a point and up to nine digits; give nanoseconds and the number of digits."""
    going = data[at] == ord(".")
    nanoseconds = np.zeros(len(at), dtype=np.int64)
    digits = np.zeros(len(at), dtype=np.int64)
    for place in range(9):
        digit = data[at + 1 + place].astype(np.int64) - ord("0")
        going = going & (digit >= 0) & (digit <= 9)
        nanoseconds += np.where(going, digit * 10 ** (8 - place), 0)
        digits += going
    return nanoseconds, digits


def _zone(data: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Read `` +hhmm`` or `` -hhmm``."""
    sign = data[at + 1]
    hours, ok_hours = _number(data, at + 2, 2)
    minutes, ok_minutes = _number(data, at + 4, 2)
    ok = (
        (data[at] == ord(" "))
        & ((sign == ord("+")) | (sign == ord("-")))
        & ok_hours
        & ok_minutes
        & (hours <= 14)
    )
    return np.where(ok, (hours * 3600 + minutes * 60) * np.where(sign == ord("-"), -1, 1), NO_ZONE)


def _epoch(
    data: NDArray[np.uint8], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Read ten digits of seconds since 1970, a point and a fraction."""
    seconds, ok = _number(data, starts, 10)
    ok &= data[starts + 10] == ord(".")
    fraction, digits = _fraction(data, starts + 10)
    return seconds * _SECOND + fraction, ok & (digits > 0), digits
