"""Bytes with numbers added."""

from __future__ import annotations

import random

import pytest

from vitne.encodings.add import encoding, opened
from vitne.model import Limits, Malformed

TEXT = b'{"imei":"004402990000014","place":"59.91,10.75"}'


def under(key, data):
    return bytes((byte + key[at % len(key)]) % 256 for at, byte in enumerate(data))


@pytest.mark.parametrize("number", [7, 99, 128, 200])
def test_the_number_follows_from_text(number):
    captured = under([number], TEXT)
    found = [child for child in encoding.find(captured, Limits()) if child.data == TEXT]
    assert [encoding.wrap(child) for child in found] == [captured]
    assert encoding.locate(captured, found[0], 3, 9) == (3, 9)


def test_numbers_in_turn_are_taken_away_and_added_again():
    captured = b"\x00\x00" + under([3, 250, 17], TEXT)
    child = opened(captured, bytes([3, 250, 17]), Limits(), span=(2, len(captured)))
    assert (child.data, child.start) == (TEXT, 2)
    assert encoding.wrap(child) == captured[2:]


def test_noise_and_texts_as_they_are_have_no_number():
    chance = random.Random(9)
    assert sum(bool(list(encoding.find(chance.randbytes(60), Limits()))) for _ in range(1000)) <= 1
    assert list(encoding.find(TEXT, Limits())) == []


def test_what_comes_out_is_bounded():
    (child, *_) = encoding.unwrap(under([99], TEXT * 50), Limits(size=100))
    assert (len(child.data), child.complete) == (100, False)


@pytest.mark.parametrize("data", [b"", b"\x80\x00" * 20, b"short"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, Limits()))
