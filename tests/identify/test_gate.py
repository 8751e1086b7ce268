"""The gate, beside the patterns themselves."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify import gate
from vitne.identify.gate import Gate

PATTERNS = (rb"59\.9", rb"0?59(?:\xc2[\xb0\xba]|[ \t])[ \t]{0,2}0?54(?![0-9])", b"u4xsu", b"\x00\x01ab")
ENGINES = ("", "re")
DATA = st.lists(
    st.one_of(
        st.sampled_from(
            [b"59.9", b"59 054", b"59 0547", b"59\xc2\xb0 54", b"u4xsu", b"u4xs", b"\x00\x01ab", b"\n"]
        ),
        st.binary(max_size=6),
    ),
    max_size=8,
)


@pytest.mark.parametrize("engine", ENGINES)
@given(pieces=st.lists(DATA.map(b"".join), max_size=6))
def test_no_piece_with_a_match_is_held_back(engine: str, pieces: list[bytes]) -> None:
    one = Gate(PATTERNS, engine=engine)
    rows = one.rows(pieces)
    assert rows == sorted(set(rows))
    for row, piece in enumerate(pieces):
        if any(re.search(pattern, piece) for pattern in PATTERNS):
            assert row in rows
            assert one.opens(piece)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_holds_nothing_is_held_back(engine: str) -> None:
    one = Gate(PATTERNS, engine=engine)
    assert one.rows([b"nothing", b"", b"57.9, 10", b"\xc3\xb0" * 90, b"at 59.9"]) == [4]
    assert not one.opens(b"nothing")
    assert not one.opens(b"")
    assert one.rows([]) == []
    assert Gate((), engine=engine).rows([b"59.9"]) == []


def test_with_very_many_matches_all_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST", 3)
    assert Gate(PATTERNS).rows([b"59.9 " * 5, b"nothing"]) == [0, 1]


def test_a_pattern_beyond_the_library_is_matched_without_it() -> None:
    assert Gate([rb"(a+)b\1"]).rows([b"aab", b"aabaa"]) == [1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_gate_without_patterns_looks_at_nothing(engine: str) -> None:
    shut = Gate([], engine=engine)
    begun = time.process_time()
    hits = shut.hits(np.zeros(32 << 20, dtype=np.uint8))
    assert time.process_time() - begun < 0.2  # a look at every byte would take seconds
    assert (len(hits), hits.complete) == (0, True)
    assert not shut.opens(b"abc")
