"""Fields of protobuf messages."""

from __future__ import annotations

import hashlib

import pytest

from vitne.encodings._proto_fields import (
    Field,
    carries,
    field,
    fields,
    plausible,
    sound,
    varint,
    written_varint,
)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\x00", 0),
        (b"\x01", 1),
        (b"\x96\x01", 150),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", (1 << 64) - 1),
    ],
)
def test_varints_are_read_and_written_as_the_guide_has_them(data, value):
    assert varint(data, 0) == (value, len(data))
    assert written_varint(value) == data


def test_varints_that_do_not_end_are_none():
    assert varint(b"\x80\x80", 0) is None
    assert varint(b"\x80" * 11, 0) is None


def test_fields_tell_number_wire_type_and_range():
    assert field(b"\x12\x07testing", 0) == Field(2, 2, 2, 9, 0)
    assert field(b"\x08\x96\x01", 0) == Field(1, 0, 1, 3, 150)
    for data in (b"\x00", b"\x0b", b"\x12\x07test", b"\x0d\x01", b"", b"\x08", b"\xff\xff\xff\xff\x0f\x01"):
        assert field(data, 0) is None


def test_reading_stops_behind_the_last_field_that_fits():
    found, end = fields(b"\x08\x01\x12\x01a\xff", 10)
    assert (len(found), end) == (2, 5)
    assert len(fields(b"\x08\x01" * 20, 5)[0]) == 5


def test_messages_with_texts_are_plausible_and_noise_is_not():
    assert plausible(b"\x0a\x0f004402990000014\x10\x01")
    assert plausible(b"\x0a\x06\x12\x04text")
    assert not plausible(b"plain")
    assert not plausible(b"\x08\x01")
    noise = hashlib.shake_128(b"n").digest(24 * 2000)
    assert sum(plausible(noise[at : at + 24]) for at in range(0, len(noise), 24)) < 5
    assert sound(b"\x08\x01")
    assert not sound(b"\x08")
    assert not sound(b"\x08\x01\x00")


def test_a_message_may_carry_bytes_that_nobody_can_read():
    inner = bytes(range(128, 178))
    assert carries(b"\x08\x97\x07\x7a\x32" + inner)
    assert not carries(b"\x7a\x32" + inner)
    assert not carries(b"\x08\x97\x07\x7a\x33" + inner)
