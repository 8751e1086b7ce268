from __future__ import annotations

import random
import re
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify import needles as module
from vitne.identify.needles import Needle, Needles, reject_crossing

ENGINES = ("kernel", "hyperscan", "numpy")


def _needle(data: bytes, *, fold: bool = False) -> Needle:
    return Needle(seed=0, data=data, text=data, fold=fold)


def _triples(needles: list[Needle], buffer: bytes, engine: str) -> list[tuple[int, int, int]]:
    hits = Needles.compile(needles, engine=engine).scan(buffer)
    return list(zip(hits.needle.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True))


def _by_stdlib(needles: list[Needle], buffer: bytes) -> list[tuple[int, int, int]]:
    found = []
    for row, needle in enumerate(needles):
        flags = re.IGNORECASE if needle.fold else 0
        pattern = re.compile(b"(?=" + re.escape(needle.data) + b")", flags | re.DOTALL)
        found += [(row, one.start(), one.start() + len(needle.data)) for one in pattern.finditer(buffer)]
    return sorted(found, key=lambda one: (one[1], one[2], one[0]))


@pytest.mark.parametrize("engine", ENGINES)
@given(
    data=st.data(),
    buffer=st.lists(
        st.sampled_from([b"ab", b"A", b"b", b"\0", b"\xff", b"0", b"1", b"\\", b"\n", b"[k", b"K"]),
        max_size=120,
    ).map(b"".join),
)
def test_hits_are_those_of_the_standard_library_overlapping_ones_too(
    engine: str, data: st.DataObject, buffer: bytes
):
    cut = st.tuples(st.integers(0, max(0, len(buffer) - 3)), st.integers(3, 8))
    pieces = [buffer[at : at + size] for at, size in data.draw(st.lists(cut, max_size=6))]
    needles = [_needle(piece, fold=row % 2 == 1) for row, piece in enumerate(pieces) if len(piece) >= 3]
    assert _triples(needles, buffer, engine) == _by_stdlib(needles, buffer)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_needle_that_holds_nul_is_found_whole_and_only_whole(engine: str):
    needles = [_needle(b"abc\0def"), _needle(b"\0\0\0x")]
    assert _triples(needles, b"..abc\0xyz..abc\0def..", engine) == [(0, 11, 18)]
    assert _triples(needles, b"\0\0\0\0x", engine) == [(1, 1, 5)]


@pytest.mark.parametrize("engine", ENGINES)
@given(
    data=st.data(),
    buffer=st.lists(
        st.sampled_from([b"abc", b"ABC", b"x", b"\0", b"tail-of-8", b"Tail-OF-8"]), max_size=60
    ).map(b"".join),
)
def test_needles_with_the_same_end_are_told_apart_by_what_stands_before(
    engine: str, data: st.DataObject, buffer: bytes
):
    heads = data.draw(st.lists(st.sampled_from([b"", b"x", b"abc", b"\0x", b"ABCABC"]), max_size=5))
    needles = [_needle(head + b"tail-of-8", fold=row % 2 == 1) for row, head in enumerate(heads)]
    assert _triples(needles, buffer, engine) == _by_stdlib(needles, buffer)


@pytest.mark.parametrize("engine", ENGINES)
def test_letters_fold_only_where_wanted(engine: str):
    needles = [_needle(b"abCD"), _needle(b"wxYZ", fold=True)]
    assert _triples(needles, b"abcd WXyz abCD", engine) == [(1, 5, 9), (0, 10, 14)]


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_to_look_for_and_nothing_to_look_in_give_nothing(engine: str):
    assert _triples([], b"abc", engine) == []
    assert _triples([_needle(b"abc")], b"", engine) == []
    assert _triples([_needle(b"abc")], b"ab", engine) == []


def test_a_needle_of_two_bytes_is_refused():
    with pytest.raises(ValueError, match="three bytes"):
        Needles.compile([_needle(b"ab")])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_buffer_full_of_one_value_is_cut_off_and_says_so(engine: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_HITS", 10)
    hits = Needles.compile([_needle(b"aaa")], engine=engine).scan(b"a" * 100)
    assert not hits.complete
    assert 10 <= len(hits) <= 12


def test_no_search_for_needles_needs_hyperscan(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "hyperscan_library", lambda: None)
    assert len(Needles.compile([_needle(b"abc")]).scan(b"xabc")) == 1
    with pytest.raises(ImportError):
        Needles.compile([_needle(b"abc")], engine="hyperscan")


def test_hits_across_a_border_between_pieces_are_dropped():
    hits = Needles.compile([_needle(b"abc")]).scan(b"abcabcab" + b"cabc")
    starts, ends = np.array([0, 8, 8]), np.array([8, 8, 12])
    assert reject_crossing(hits, starts, ends).start.tolist() == [0, 3, 9]
    assert reject_crossing(hits, np.array([3]), np.array([7])).start.tolist() == [3]
    assert len(reject_crossing(hits, np.array([], dtype=np.int64), np.array([], dtype=np.int64))) == 0


def test_ten_thousand_needles_are_compiled_and_searched_quickly():
    rng = random.Random(7)
    needles = [_needle(rng.randbytes(rng.randint(6, 30))) for _ in range(10_000)]
    begun = time.process_time()
    compiled = Needles.compile(needles)
    assert time.process_time() - begun < 3  # a tenth of that on a quiet machine
    buffer = np.frombuffer(rng.randbytes(1 << 22), dtype=np.uint8)
    assert len(compiled.scan(buffer)) == 0
