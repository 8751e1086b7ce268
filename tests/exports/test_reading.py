from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.exports import reading
from vitne.model import Malformed

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(ANYTHING)
def test_any_value_gives_a_value_of_the_asked_type(value: Any) -> None:
    assert isinstance(reading.mapping(value), dict)
    assert all(isinstance(row, dict) for row in reading.rows(value))
    assert isinstance(reading.raw(reading.text(value)), bytes)
    assert 0 <= reading.port(value) < 1 << 16
    assert reading.status(value) == 0 or 100 <= reading.status(value) < 1000
    assert isinstance(reading.address(value), str)
    for when in (reading.time_ns(value), reading.epoch_ns(value)):
        assert when is None or abs(when) < 1 << 62


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-720, 720))  # noqa: DTZ001
def test_a_time_is_what_the_calendar_says(moment: datetime, zone: int) -> None:
    sign, minutes = ("+" if zone >= 0 else "-"), abs(zone)
    word = moment.isoformat(timespec="microseconds") + f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    since = moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    expected = ((since.days * 86400 + since.seconds) * 10**6 + since.microseconds) * 1000 - zone * 60 * 10**9
    assert reading.time_ns(word) == expected


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("1970-01-01T00:00:01Z", 10**9),
        ("1970-01-01T00:00:01", 10**9),
        ("1970-01-01 00:00:01.5+0000", 1_500_000_000),
        ("1970-01-01T00:00:00.1234567890123Z", 123_456_789),
        ("1970-13-01T00:00:00Z", None),
        ("1970-01-01T25:00:00Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("yesterday", None),
        (17, None),
    ],
)
def test_times_of_other_forms(word: Any, found: int | None) -> None:
    assert reading.time_ns(word) == found


def test_a_count_since_1970_is_read_to_the_microsecond() -> None:
    assert reading.epoch_ns(1700000000.123456) == 1_700_000_000_123_456_000
    assert reading.epoch_ns(1700000000) == 1_700_000_000_000_000_000
    assert reading.epoch_ns("1700000000250", 10**6) == 1_700_000_000_250_000_000
    assert reading.epoch_ns(float("nan")) is None
    assert reading.epoch_ns(1e300) is None
    assert reading.epoch_ns(True) is None


def test_lone_surrogates_are_the_bytes_that_they_stand_for() -> None:
    assert reading.raw("a\udcff\udc80b") == b"a\xff\x80b"
    assert reading.raw("\ud800\udcffé") == b"\xef\xbf\xbd\xff\xc3\xa9"
    assert reading.raw("\U0001f480") == b"\xf0\x9f\x92\x80"


@pytest.mark.parametrize(
    "entry",
    [
        b"[1]",
        b"",
        b'{"a":',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"9" * 10_000 + b"}",
        b"\xff\xfe{",
    ],
)
def test_an_entry_that_is_no_sound_object_is_malformed(entry: bytes) -> None:
    with pytest.raises(Malformed):
        reading.json_object(entry)


def test_bytes_that_are_no_text_survive_in_an_entry() -> None:
    assert reading.raw(reading.json_object(b'{"a": "\xff\\udcfe"}')["a"]) == b"\xff\xfe"


def test_base64_is_decoded_or_malformed() -> None:
    assert reading.from_base64("aGVs\nbG8=") == b"hello"
    assert reading.from_base64("-_-_") == reading.from_base64("+/+/") == b"\xfb\xff\xbf"
    with pytest.raises(Malformed):
        reading.from_base64("aGVsb")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("[2001:DB8::1]", "2001:db8::1"),
        ("192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("host", ""),
        (4, ""),
    ],
)
def test_addresses_are_given_in_their_plain_form(word: Any, found: str) -> None:
    assert reading.address(word) == found


@pytest.mark.parametrize(
    ("record", "value"),
    [
        (b'{"a":"caf\xc3\xa9"}', "café"),
        (b'{"a":"caf\xe9"}', "caf\udce9"),  # no UTF-8: the byte is kept
        (b'{"a":"\\ud83d"}', "\ud83d"),  # half of a pair
        (b'{"a":123456789012345678901234567890}', 123456789012345678901234567890),
        (b'{"a":1e400}', float("inf")),
        (b'{"a":1,"a":2}', 2),
    ],
)
def test_json_that_a_strict_reader_refuses_is_read_as_python_reads_it(record: bytes, value: object) -> None:
    assert reading.json_object(record)["a"] == value
