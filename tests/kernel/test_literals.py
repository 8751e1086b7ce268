"""The kernel's search for byte strings, held against the standard library."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.kernel import literals as module
from vitne.kernel.literals import MOST_SHORT, Literals

LETTERS = [b"a", b"A", b"b", b"@", b"`", b"[", b"{", b"\0", b" ", b"\xc1", b"\xe1", b"1"]


def found(literals, buffer, *, fold=(), most=1 << 20):
    given = []
    for vector in (True, False):  # the same with vector instructions and without
        search = Literals(literals, fold or [False] * len(literals), vector=vector)
        rows, ends, whole = search.find(buffer, most=most)
        assert whole
        given.append(sorted(zip(ends.tolist(), rows.tolist(), strict=True)))
    assert given[0] == given[1]
    return given[0]


def told(literals, buffer, *, fold=()):
    hits = []
    for row, literal in enumerate(literals):
        both = bool(fold) and fold[row]
        text, wanted = (buffer.lower(), literal.lower()) if both else (buffer, literal)
        at = text.find(wanted)
        while at >= 0:
            hits.append((at + len(literal), row))
            at = text.find(wanted, at + 1)
    return sorted(hits)


@given(
    buffer=st.lists(st.sampled_from(LETTERS), max_size=150).map(b"".join),
    literals=st.lists(
        st.lists(st.sampled_from(LETTERS), min_size=3, max_size=9).map(b"".join), min_size=1, max_size=8
    ),
    folds=st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_every_place_of_every_literal_is_found_and_no_other(buffer, literals, folds):
    folds = folds[: len(literals)]
    assert found(literals, buffer, fold=folds) == told(literals, buffer, fold=folds)


@pytest.mark.parametrize("size", [3, 4, 5, 6, 7, 8, 40])
@pytest.mark.parametrize("before", [0, 1, 2, 3, 30, 61, 4094, 4096])
@pytest.mark.parametrize("behind", [0, 1, 2, 3])
def test_a_literal_of_any_length_is_found_wherever_it_begins_and_ends(size, before, behind):
    literal = random.Random(size).randbytes(size)
    buffer = b"\xff" * before + literal + b"\xff" * behind
    assert found([literal], buffer) == [(before + size, 0)]
    assert found([literal], buffer[: before + size - 1]) == []


@pytest.mark.parametrize("count", [MOST_SHORT, MOST_SHORT + 1, 300])
def test_few_and_many_short_literals_are_found_alike(count):
    chance = random.Random(count)
    literals = sorted({chance.randbytes(3 + at % 2) for at in range(count)})
    buffer = b"".join(literals[at % len(literals)] + b"\0" * (at % 3) for at in range(400))
    assert found(literals, buffer) == told(literals, buffer)


def test_the_same_literal_twice_is_found_twice():
    assert found([b"abcd", b"abcd"], b"xabcdx") == [(5, 0), (5, 1)]


def test_large_buffers_of_any_kind_are_searched_where_they_lie():
    chance = random.Random(1)
    literals = [chance.randbytes(chance.randrange(5, 60)) for _ in range(500)]
    data = bytearray(chance.randbytes(1 << 18))
    for literal in literals:
        at = chance.randrange(len(data) - 60)
        data[at : at + len(literal)] = literal
    kinds = (bytes(data), data, memoryview(data), np.frombuffer(bytes(data), dtype=np.uint8))
    wanted = told(literals, bytes(data))
    assert len(wanted) > 400
    assert all(found(literals, each) == wanted for each in kinds)
    odd = memoryview(bytes(data))[1:]
    assert found(literals, odd) == told(literals, bytes(odd))


def test_more_hits_than_there_is_room_for_at_first_are_all_given():
    assert len(found([b"aaa", b"aaaa"], b"a" * 30_000)) == 29_998 + 29_997


def test_of_too_many_hits_as_many_as_asked_for_are_given_and_that_is_said():
    one = Literals([b"aaa"], [False])
    rows, ends, whole = one.find(b"a" * 100, most=10)
    assert (len(rows), len(ends), whole) == (10, 10, False)
    assert not rows.any()
    assert one.find(b"a" * 12, most=10)[2]


def test_nothing_to_look_for_or_in_gives_nothing():
    assert found([], b"abc") == []
    assert found([b"abc"], b"") == []
    assert found([b"abc"], b"ab") == []


def test_two_bytes_are_no_literal():
    with pytest.raises(ValueError, match="three bytes"):
        Literals([b"abcd", b"ab"], [False, False])


@pytest.mark.parametrize("literal", [bytes(20) + b"\x5e\x53\x17\x99\x42" + bytes(20), b"\x5e\x53" + bytes(9)])
def test_places_that_stand_everywhere_are_not_looked_up(literal):
    """A search for what is mostly zeros looks for the rest of it, with shorter steps if need be."""
    everywhere = set(np.frombuffer(bytes(4), dtype="<u4") | module._FOLD)
    assert not any(
        set(part.entries["key"].tolist()) & everywhere for part in Literals([literal], [False])._parts
    )
    assert found([literal], bytes(60) + literal + bytes(70)) == [(60 + len(literal), 0)]


def test_short_and_long_literals_together_are_all_found_in_text_of_their_own_bytes():
    chance = random.Random(5)
    literals = sorted({bytes(chance.choices(b"Ab0\0", k=chance.randrange(3, 24))) for _ in range(120)})
    folds = [at % 3 == 0 for at in range(len(literals))]
    buffer = b"".join(chance.choice(literals).swapcase() + bytes(chance.randrange(3)) for _ in range(900))
    assert len(Literals(literals, folds)._parts) == 2
    assert found(literals, buffer, fold=folds) == told(literals, buffer, fold=folds)
