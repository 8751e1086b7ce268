"""Numbers in any base, beside the built-in integers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings._radix import digits, raw_of, share, token_of

ALL = bytes(range(256))


@given(value=st.integers(0, 1 << 600), base=st.integers(2, 94))
def test_digits_are_written_as_they_weigh(value, base):
    written = digits(value, base)
    assert sum(digit * base**at for at, digit in enumerate(reversed(written))) == value


@given(raw=st.binary(max_size=80), base=st.integers(2, 94))
def test_a_token_is_read_as_it_is_written(raw, base):
    assert raw_of(token_of(raw, ALL[:base]), ALL[:base], ALL[:base] + bytes(256 - base)) == raw


def test_a_share_of_letters_lies_in_the_number_and_is_not_empty():
    assert share(0, 5, 0, 0) == (0, 5)
    assert share(10, 14, 0, 10) == (0, 14)
    assert share(10, 14, 4, 4) == (4, 4)
    first, last = share(10, 14, 4, 5)
    assert 0 < first < last < 14
