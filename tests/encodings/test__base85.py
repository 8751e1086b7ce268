"""Groups of base85 beside the standard library."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings._base85 import decode, encode


@given(data=st.binary(max_size=200))
def test_values_are_those_of_the_standard_library(data):
    letters = bytes(value + 33 for value in encode(data))
    assert letters == base64.a85encode(data).replace(b"z", b"!!!!!")
    assert decode(encode(data)) == data


def test_a_lone_letter_and_a_group_that_says_too_much_are_none():
    assert decode(b"\x01" * 6) is None
    assert decode(b"\x54" * 5) is None
