"""bzip2 by the standard library."""

from __future__ import annotations

import bz2

import pytest

from vitne.encodings.bz2 import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"imei=004402990000014\n" * 40


@pytest.mark.parametrize("level", [1, 9])
def test_streams_are_read_at_any_offset(level):
    packed = bz2.compress(TEXT, level)
    (child,) = encoding.find(b"\x00head" + packed + b"tail", LIMITS)
    assert (child.data, child.start, child.end, child.complete) == (TEXT, 5, 5 + len(packed), True)
    assert bz2.decompress(encoding.wrap(child)) == TEXT


def test_streams_one_behind_the_other_are_all_found():
    assert [child.data for child in encoding.find(bz2.compress(b"one") + bz2.compress(TEXT), LIMITS)] == [
        b"one",
        TEXT,
    ]


def test_a_bomb_stops_at_its_bounds():
    (child,) = encoding.unwrap(bz2.compress(bytes(32 << 20)), Limits(size=1 << 20))
    assert len(child.data) <= 1 << 20
    assert not child.complete


@pytest.mark.parametrize("data", [b"", b"BZh9", b"BZh91AY&SY", b"BZh91AY&SY" * 20, b"plain"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
