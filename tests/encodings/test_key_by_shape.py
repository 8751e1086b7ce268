from __future__ import annotations

import random

import pytest

from vitne.encodings._key_by_shape import by_shape

TEXT = b'{"imei":"004402990000014","place":"59.91,10.75"}'


def under(key, data):
    return bytes(byte ^ key for byte in data)


@pytest.mark.parametrize("key", [1, 0x5A, 0x80, 0xFF])
@pytest.mark.parametrize(
    "data",
    [
        TEXT.decode().encode("utf-16-le"),
        TEXT.decode().encode("utf-16-be"),
        b"\x82\xb0\x00\x00\x00\x00" + TEXT,
        b"\x81\xa4imei\xaf004402990000014",
        b"\xa1\x64imei\x6f004402990000014",
    ],
)
def test_a_shape_tells_the_key(key, data):
    assert key in by_shape(under(key, data))


def test_noise_filling_and_what_is_under_no_key_tell_none():
    chance = random.Random(2)
    assert sum(bool(by_shape(chance.randbytes(chance.randint(1, 200)))) for _ in range(2000)) <= 2
    assert by_shape(b"\x80\x00" * 30) == []
    assert by_shape(TEXT.decode().encode("utf-16-le")) == []
    assert by_shape(b"") == []
