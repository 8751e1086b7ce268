"""Children that are slices of their parent."""

from __future__ import annotations

from vitne.encodings._slices import Slices
from vitne.model import Child


def test_a_slice_is_its_own_inverse_and_place():
    child = Child(data=b"cde", start=2, end=5)
    assert Slices().wrap(child) == b"abcdefg"[2:5]
    assert Slices().locate(b"abcdefg", child, 1, 3) == (3, 5)
