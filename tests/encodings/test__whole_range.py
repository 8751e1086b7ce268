"""Children that can only be placed as a whole."""

from __future__ import annotations

from vitne.encodings._whole_range import WholeRange
from vitne.model import Child


def test_every_byte_is_placed_at_the_whole():
    assert WholeRange().locate(b"", Child(data=b"abc", start=4, end=9), 1, 2) == (4, 9)
