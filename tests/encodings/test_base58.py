"""Base58: the vectors of the draft, an address of the first block, a second writer in plain arithmetic."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.base58 import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
TEXT = b'{"imei":"004402990000014","n":1}'


def written(data: bytes) -> bytes:
    """Write as the draft's section 3 says, byte by byte."""
    digits: list[int] = []
    for byte in data:
        carry = byte
        for at in range(len(digits)):
            carry += digits[at] << 8
            digits[at] = carry % 58
            carry //= 58
        while carry:
            digits.append(carry % 58)
            carry //= 58
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return ("1" * zeros + "".join(LETTERS[digit] for digit in reversed(digits))).encode()


# draft-msporny-base58-03 section 5
@pytest.mark.parametrize(
    ("text", "data"),
    [
        (b"2NEpo7TZRRrLZSi2U", b"Hello World!"),
        (b"USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z", b"The quick brown fox jumps over the lazy dog."),
        (b"11233QC4", bytes.fromhex("0000287fb4cd")),
    ],
)  # fmt: skip
def test_the_vectors_of_the_draft(text, data):
    (child,) = encoding.unwrap(text, LIMITS)
    assert child.data == data
    assert encoding.wrap(child) == text


@given(data=st.binary(min_size=1, max_size=200))
def test_what_plain_arithmetic_writes_comes_back(data):
    text = written(data)
    (child,) = encoding.unwrap(text, LIMITS)
    assert child.data == data
    assert encoding.wrap(child) == text


def test_a_text_in_base58_is_found_between_marks_and_has_its_places():
    data = b"id=" + written(TEXT) + b"&x=1"
    (child,) = encoding.find(data, LIMITS)
    assert (child.data, child.start, child.end) == (TEXT, 3, len(data) - 4)
    start, end = encoding.locate(data, child, 9, 24)
    assert child.start < start < end < child.end


def test_a_check_sum_speaks_for_bytes_of_no_format():
    address = b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    (child,) = encoding.find(address, LIMITS)
    assert child.data.hex() == "0062e907b15cbf27d5425399ebf6f0fb50ebb88f18c29b7d93"


def test_random_identifiers_are_not_base58():
    chance = random.Random(7)
    for size in (16, 22, 28, 32, 43, 64, 86):
        for _ in range(60):
            token = "".join(chance.choice(LETTERS) for _ in range(size)).encode()
            assert list(encoding.find(token, LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"0OIl", b"abc def", b"a" * 9000])
def test_other_letters_and_too_many_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
