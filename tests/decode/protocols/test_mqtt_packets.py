"""Fields inside MQTT packets."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.mqtt_packets import Reader, read_packet
from vitne.model import Malformed


def test_numbers_and_strings_stop_at_the_end() -> None:
    reader = Reader(b"\x00\x01ab\x80\x01", 0, 0)
    assert reader.string() == b"a"
    assert reader.number(1) == 0x62
    assert reader.varint() == 128
    with pytest.raises(Malformed):
        reader.number(1)
    with pytest.raises(Malformed):
        Reader(b"\x00\x05ab", 0, 0).string()
    with pytest.raises(Malformed):
        Reader(b"\xff\xff\xff\xff\x01", 0, 0).varint()


def test_an_unknown_property_is_malformed() -> None:
    with pytest.raises(Malformed):
        Reader(b"\x02\x7e\x00", 0, 0).properties("property")
    with pytest.raises(Malformed):
        Reader(b"\x09\x01", 0, 0).properties("property")


def test_every_kind_of_property_is_passed() -> None:
    data = b"\x0b\x85\x01" + b"\x13\x00\x05" + b"\x02\x00\x00\x00\x01" + b"\x08\x00\x02rt"
    reader = Reader(bytes([len(data)]) + data, 10, 0)
    reader.properties("property")
    assert [(part.field, part.start, part.end) for part in reader.parts] == [("response topic", 25, 27)]


@pytest.mark.parametrize(
    ("kind", "data", "status"),
    [
        (2, b"\x20\x02\x00\x05", 5),
        (4, b"\x40\x03\x00\x01\x10", 16),
        (14, b"\xe0\x01\x04", 4),
        (14, b"\xe0\x00", None),
    ],
)
def test_codes_of_answers_are_the_status(kind: int, data: bytes, status: int | None) -> None:
    reader = Reader(data, 0, 2)
    read_packet(reader, kind, 5)
    assert reader.status == status


@given(st.integers(1, 15), st.integers(0, 5), st.binary(max_size=60))
def test_noise_raises_nothing_but_malformed(kind: int, level: int, data: bytes) -> None:
    with contextlib.suppress(Malformed):
        read_packet(Reader(bytes([kind << 4, len(data)]) + data, 0, 2), kind, level)
