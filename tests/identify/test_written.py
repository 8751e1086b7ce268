"""What a known place may begin with, looked for by the kernel: the same places as those of the patterns."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.gate import Gate
from vitne.identify.readings import listed, with_marks
from vitne.identify.written import MOST_MARKED, Written

HEADS = (b"59.91", b"59,91", b"u4xsud", b"WP6X+")
MINUTES = ((59, 54), (5, 4))
PARTS = [
    b"59",
    b"5",
    b"0",
    b"54",
    b"4",
    b"\xc2\xb0",
    b"\xba",
    b":",
    b"deg",
    b"&deg;",
    b"/1,",
    b" ",
    b"\t",
    b".91",
    b"u4xsud",
]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map(b"".join))
def test_what_the_patterns_see_is_seen_and_nothing_else(data: bytes) -> None:
    patterns = [*map(re.escape, HEADS), *(with_marks(*both) for both in MINUTES)]
    column = np.frombuffer(data, dtype=np.uint8)
    gate, own = Gate(patterns).hits(column), Written(HEADS, MINUTES).hits(column)
    assert own.end.tolist() == gate.end.tolist()
    assert own.start.tolist() == gate.start.tolist()


@pytest.mark.parametrize("text", ["59\N{DEGREE SIGN}54", "59 54", "59deg 054", "59:54", "59/1,54"])
def test_degrees_and_minutes_are_told_in_all_their_marks(text: str) -> None:
    assert text.encode() in listed(59, 54)
    assert all(re.fullmatch(with_marks(59, 54), one) for one in listed(59, 54))


def test_short_beginnings_and_very_many_minutes_are_left_to_the_patterns() -> None:
    assert Written.fits(HEADS, MINUTES)
    assert not Written.fits((b"9.",), ())
    assert not Written.fits(HEADS, [(1, at) for at in range(MOST_MARKED + 1)])
