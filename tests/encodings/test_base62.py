"""Base62 in its three orders of letters, by a writer in plain arithmetic."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.base62 import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
ORDERS = {
    "digits-upper-lower": string.digits + string.ascii_uppercase + string.ascii_lowercase,
    "digits-lower-upper": string.digits + string.ascii_lowercase + string.ascii_uppercase,
    "upper-lower-digits": string.ascii_uppercase + string.ascii_lowercase + string.digits,
}
TEXT = b'{"imei":"004402990000014","n":1}'


def written(data: bytes, letters: str) -> bytes:
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 62)
        out = letters[digit] + out
    return out.encode()


def test_a_word_counted_by_hand():
    # "a" is 97 = 1 * 62 + 35: the digit 1, and letter 35 of 0-9A-Z is Z
    (child,) = encoding.unwrap(b"1Z", LIMITS)
    assert child.data == b"a"
    assert encoding.wrap(child) == b"1Z"


@pytest.mark.parametrize("order", sorted(ORDERS))
@given(text=st.text(alphabet=string.printable[:95], min_size=20, max_size=120))
def test_texts_in_every_order_of_letters_are_found_and_come_back(order, text):
    data = text.encode()
    token = written(data, ORDERS[order])
    found = list(encoding.find(b"a=" + token + b";", LIMITS))
    if any(child.data == data for child in found):
        (child,) = found
        assert encoding.wrap(child) == token
        start, end = encoding.locate(token, child, 3, 9)
        assert child.start <= start < end <= child.end
    else:  # a token without one of the three kinds of letters is taken for a word
        assert not all(
            any(c in kind for c in token.decode())
            for kind in (string.digits, string.ascii_lowercase, string.ascii_uppercase)
        )


def test_random_identifiers_are_not_base62():
    chance = random.Random(7)
    for size in (16, 22, 28, 32, 43, 64, 86):
        for _ in range(60):
            token = "".join(chance.choice(ORDERS["digits-upper-lower"]) for _ in range(size)).encode()
            assert list(encoding.find(token, LIMITS)) == []


def test_too_many_letters_are_not_read_in_a_square_of_time():
    assert list(encoding.find(b"aB3" * 200_000, LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"a-b", b"a" * 9000])
def test_other_letters_and_too_many_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
