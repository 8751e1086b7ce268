"""Copies of what stands before, beside the loop that the formats describe."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings._copying import copy


@given(before=st.binary(max_size=40), offset=st.integers(0, 50), length=st.integers(1, 300))
def test_bytes_are_copied_one_by_one_also_into_themselves(before, offset, length):
    slow = bytearray(before)
    fits = 0 < offset <= len(slow)
    for _ in range(length if fits else 0):
        slow.append(slow[-offset])
    out = bytearray(before)
    assert copy(out, offset, length) is fits
    assert out == slow
