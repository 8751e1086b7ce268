from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.kernel.looks import ALONE, BEYOND_ASCII, LONGEST_MARK, MOST_MARKS, RUN, Marks, may_wrap

# the same in another language: what may be wrapped begins with one of these
ANY = re.compile(
    rb"[%&\\{\[<;=\x00-\x08\x0e-\x1f\x80-\xff]|[A-Za-z0-9+/_-]{12}|(?:[0-9A-Fa-f]{2}[: ,-]){7}"
    rb"|[0-9A-Za-z]\+[0-9A-Za-z]|(?i:Basic|Bearer) "
    rb"|[!#$()*>?@^`|}~][!-~]{0,30}[!#$()*>?@^`|}~]"
)
PIECES = [
    b"a", b"Z", b"9", b"f0", b"g", b":", b" ", b",", b"-", b"+", b"/", b"_", b".", b"!", b"~", b"@", b"\t",
    b"\n", b"\x7f", b"basic", b"BEARER ", b"Basic ", b"xBearer", b"f0:" * 6, b"abcdefghijk", b"(" + b"." * 29,
]  # fmt: skip


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_what_may_be_wrapped_is_told_as_the_pattern_tells(pieces):
    data = b"".join(pieces)
    assert may_wrap(data) == (ANY.search(data) is not None)


@given(data=st.binary(max_size=80))
def test_any_bytes_are_told_as_the_pattern_tells(data):
    assert may_wrap(data) == (ANY.search(data) is not None)


@pytest.mark.parametrize("byte", range(256))
def test_each_byte_alone_is_told_as_the_pattern_tells(byte):
    assert may_wrap(bytes([byte])) == (ANY.search(bytes([byte])) is not None)


def test_marks_and_runs_are_those_that_stand_in_the_data():
    marks = [b"a", b"--", b"begin ", b"\x1f\x8b\x08", b"\x00", b"longestmark!"]
    look = Marks(marks).look
    chance = random.Random(1)
    pieces = [*marks, b"-", b"b", b"beginn", b"\x1f\x8b", b"0123456789A", b"+/_-", b" ", b"\xff", b"longest"]
    for _ in range(500):
        data = b"".join(chance.choices(pieces, k=chance.randrange(10)))
        reach = chance.choice([0, 3, 10, 10**6])
        told = look(data, reach)
        assert [bool(told >> row & 1) for row in range(len(marks))] == [
            mark in data[:reach] for mark in marks
        ]
        assert bool(told & RUN) == (re.search(rb"[A-Za-z0-9+/_-]{12}", data) is not None)
        assert bool(told & ALONE) == (re.search(rb"[A-Za-z0-9]{16}", data) is not None)
        assert bool(told & BEYOND_ASCII) == (not data.isascii())


@pytest.mark.parametrize(
    "marks", [[b""], [bytes(LONGEST_MARK + 1)], [bytes([row]) for row in range(MOST_MARKS + 1)]]
)
def test_marks_that_there_is_no_room_for_are_refused(marks):
    with pytest.raises(ValueError, match="at most 48 marks"):
        Marks(marks)


def test_nothing_stands_in_no_bytes():
    assert Marks([b"a"]).look(b"") == 0
    assert not may_wrap(b"")
