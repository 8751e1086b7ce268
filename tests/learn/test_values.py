"""How single values read: times in several forms, numbers, bytes that say nothing, shapes and patterns."""

from __future__ import annotations

import re

import pytest

from vitne.learn.values import as_number, as_time, density, opaque, pattern_of, shape_of

SECOND = 1_549_174_542  # 2019-02-03T06:15:42Z, by date -u -d @1549174542


@pytest.mark.parametrize(
    "value",
    [b"2019-02-03 06:15:42", b"2019-02-03T06:15:42Z", b"20190203061542", b"1549174542", b"1549174542000"],
)
def test_a_time_is_read_in_each_of_its_forms(value: bytes) -> None:
    assert as_time(value) == SECOND * 10**9


@pytest.mark.parametrize(
    "value", [b"", b"12345", b"9549174542", b"2019-13-03 06:15:42", b"20191303061542", b"abc"]
)
def test_what_is_no_time_is_none(value: bytes) -> None:
    assert as_time(value) is None


def test_numbers_are_written_in_digits() -> None:
    assert as_number(b" 42 ") == 42
    assert as_number(b"-7") == -7
    assert as_number(b"4.2") is None
    assert as_number(b"") is None


def test_bytes_without_form_are_told_from_text() -> None:
    assert opaque(bytes.fromhex("c2ff9a01d3e74b5088fe1399a0b1c7d9"))
    assert not opaque("Kari Nordmann går tur".encode())
    assert not opaque(b"\xff\xfe")
    assert not opaque(b"\xff" * 64)
    assert density(b"") == 0
    assert density(b"abcd") == 2


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        ([b"004402990000014", b"490154203237518"], "[0-9]{15}"),
        ([b"89999", b"899990000000"], ""),
        ([b"8999900000000000006", b"89999000000000000067"], "[0-9]{19,20}"),
        ([b"00:00:5E:00:53:01"], "(?i)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"),
        ([b"6a1c1487-a0af-4223-b142-a0f4621d0311"], "(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
        ([b"a0b1c2d3", b"ffffffff"], "[0-9a-f]{8}"),
        ([b"HMD-TA 0000", b"HMD-TA 1111"], ""),
        ([], ""),
    ],
)
def test_a_pattern_fits_all_values_or_is_none(values: list[bytes], pattern: str) -> None:
    assert pattern_of(values) == pattern
    assert not pattern or all(re.fullmatch(pattern, value.decode()) for value in values)


def test_shapes_are_words_without_values() -> None:
    assert shape_of([b"004402990000014"]) == "15 digits"
    assert shape_of([b"ab", b"abc"]) == "2 to 3 hexadecimal digits"
    assert shape_of([b"Kari"]) == "4 letters"
    assert shape_of([b"a b", b"12"]) == "2 to 3 characters"
    assert shape_of([]) == "empty"
    assert shape_of([bytes(range(128, 160))]) == "32 bytes that say nothing"
