from __future__ import annotations

import random

import numpy as np
import pytest

from vitne.kernel.literals import Literals
from vitne.kernel.sieve import LONGEST, NOTHING, VARINT, WAY, WHOLE32, Pairs, Sieve, Words


def words(*keys: int) -> Words:
    letters, values = np.zeros(256, np.uint8), np.zeros(256, np.uint8)
    letters[list(b"0123456789abcdef")] = 1 | 2 | 4
    letters[list(b"ghijkl")] = 2 | 4
    values[list(b"0123456789abcdefghijkl")] = np.arange(22)
    lengths = np.zeros(LONGEST, np.uint8)
    lengths[22] = 1
    return Words(letters, values, lengths, lambda: np.array(keys, dtype=np.uint32))


def pairs() -> Pairs:
    """One way: 0x1234 and more as four bytes, the great end first, in tenths of a degree."""
    row = (0x12340000 / 1e8, 0x12350000 / 1e8, 1e8, WHOLE32 + 8, 0, 0, 1)
    return Pairs(np.array([row], dtype=WAY), np.array([0x1234], np.uint16), np.array([0xABCD], np.uint16))


@pytest.mark.parametrize("before", [b"", b" ", b'"', b"0,", b" " * 31])
@pytest.mark.parametrize("behind", [b"", b" ", b'"}', b" " * 31])
def test_words_that_begin_with_a_key_are_told_with_their_place(before: bytes, behind: bytes) -> None:
    word = b"0123456789abcdef"
    found = Sieve(words=words(0x01234567)).find(before + word + behind)
    assert found.words == [[len(before), len(before) + len(word), 1]]
    assert Sieve(words=words(0x01234568)).find(before + word + behind) is NOTHING


@pytest.mark.parametrize("text", [b"0123456789abcdefg", b"g0123456789abcdef", b"0123456789abcde", b"0" * 130])
def test_parts_of_longer_words_are_none(text: bytes) -> None:
    assert Sieve(words=words(0x01234567, 0)).find(text) is NOTHING


def test_of_letters_beyond_hexadecimal_the_first_six_make_the_key():
    # 1, 2, 3, 4, 5, 16 of six bits each, without the last four bits
    key = (1 << 30 | 2 << 24 | 3 << 18 | 4 << 12 | 5 << 6 | 16) >> 4
    found = Sieve(words=words(key)).find(b"12345g" + b"h" * 16 + b" ")
    assert found.words == [[0, 22, 4]]


def test_a_pair_of_bytes_is_told_where_the_number_lies_near_and_the_other_is_there():
    sieve = Sieve(pairs=pairs())
    assert sieve.find(b"\xff\x12\x34\x56\x78..\xab\xcd").places == [1]
    assert sieve.find(b"\xff\x12\x34\x56\x78..\xab\xce") is NOTHING
    assert sieve.find(b"\x7f\x12\x34\x56\x78..........") is NOTHING
    assert sieve.find(b"\xff\x12\x34\x56") is NOTHING
    far = b"\xff\x12\x34\x56\x78" + b"." * 30 + b"\xab\xcd"
    assert sieve.find(far) is NOTHING


def test_a_varint_without_an_end_is_none():
    row = (0.0, 180.0, 1e7, VARINT, 0, 0, 0)
    told = Pairs(np.array([row], dtype=WAY), np.array([0x8080], np.uint16), np.zeros(0, np.uint16))
    assert Sieve(pairs=told).find(b"\x80" * 9) is NOTHING
    assert Sieve(pairs=told).find(b"\x80\x80\x01").places == [0]


def test_pieces_are_looked_at_one_by_one():
    word = b"0123456789abcdef"
    sieve = Sieve(literals=Literals([b"needle"], [False]), words=words(0x01234567), pairs=pairs())
    data = word + word + b"x needle" + b"\xff\x12\x34\x56\x78\xab\xcd"
    ends = np.array([len(word), 2 * len(word), 2 * len(word) + 8, len(data)])
    found = sieve.find(data, ends)
    assert found.words == [[0, 16, 1], [16, 32, 1]]
    assert found.places == [41]
    assert found.rows is not None
    assert (found.rows.tolist(), found.ends.tolist()) == ([0], [40])
    assert sieve.find(data).words == [[0, 32, 1]]  # in one, they are one word
    assert sieve.find(b"", np.zeros(3, dtype=np.int64)) is NOTHING


@pytest.mark.parametrize("ends", [[5], [-1, 2], [2, 9]])
def test_pieces_end_within_the_data(ends: list[int]) -> None:
    with pytest.raises(ValueError, match="behind the data"):
        Sieve(words=words(0)).find(b"data", np.array(ends))


def test_there_is_room_for_as_much_as_there_is():
    text = b"01234567 " * 9000 + b"\xff"
    found = Sieve(literals=Literals([b"567"], [False]), words=words(0x01234567), pairs=pairs()).find(text)
    assert len(found.words) == 9000
    assert found.rows is not None
    assert len(found.rows) == 9000
    assert found.complete
    assert len(Sieve(pairs=pairs()).find(b"\x12\x34\xab\xcd" * 9000).places) == 9000
    assert not Sieve(pairs=pairs()).find(b"\x12\x34\xab\xcd" * 21_000).complete


def test_noise_is_read_to_its_end():
    chance = random.Random(7)
    sieve = Sieve(words=words(*range(0, 1 << 32, 1 << 24)), pairs=pairs())
    for size in range(0, 200, 3):
        found = sieve.find(chance.randbytes(size))
        assert all(0 <= start < end <= size for start, end, _ in found.words)
        assert all(0 <= place < size - 1 for place in found.places)
