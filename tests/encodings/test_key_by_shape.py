from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings import _key_by_shape
from vitne.encodings._key_by_shape import wide
from vitne.kernel.guesses import guesses

TEXT = b'{"imei":"004402990000014","place":"59.91,10.75"}'


def under(key, data):
    return bytes(byte ^ key for byte in data)


def by_shape(data):
    return _key_by_shape.by_shape(data, guesses(data))


def may_begin(block):
    """Say whether a block with trees, taken for the last one, may begin so, under some key."""
    return 0x5A in guesses(under(0x5A, bytes([block[0] | 1]) + block[1:])).deflated


@pytest.mark.parametrize("key", [1, 0x5A, 0x80, 0xFF])
@pytest.mark.parametrize(
    "data",
    [
        b"\x82\xb0\x00\x00\x00\x00" + TEXT,
        b"\x81\xa4imei\xaf004402990000014",
        b"\xa1\x64imei\x6f004402990000014",
    ],
)
def test_a_shape_tells_the_key(key, data):
    assert key in by_shape(under(key, data))


@pytest.mark.parametrize("key", [1, 0x5A, 0x80, 0xFF])
@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_every_second_byte_of_a_wide_text_tells_the_key(key, order):
    assert wide(under(key, TEXT.decode().encode(order))) == [key]
    assert wide(TEXT.decode().encode(order)) == wide(b"") == wide(bytes(40)) == []


def test_noise_filling_and_what_is_under_no_key_tell_none():
    chance = random.Random(2)
    assert sum(bool(by_shape(chance.randbytes(chance.randint(1, 200)))) for _ in range(2000)) <= 4
    assert by_shape(b"\x80\x00" * 30) == []
    assert by_shape(b"") == []


@given(rest=st.binary(min_size=63, max_size=63), first=st.integers(0, 31))
def test_no_block_with_trees_is_passed_over_that_zlib_begins_to_read(rest: bytes, first: int):
    plain = bytes([first << 3 | 5]) + rest
    try:
        zlib.decompressobj(-15).decompress(plain, 1024)
    except zlib.error:
        return
    assert may_begin(plain)


@given(words=st.lists(st.sampled_from(["imei", "490154203237518", "{", "}", ":", "lat"]), min_size=40))
def test_every_block_with_trees_that_zlib_writes_may_be_one(words: list[str]):
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeezed.compress(" ".join(words).encode()) + squeezed.flush()
    assert block[0] & 6 != 4 or may_begin(block)
