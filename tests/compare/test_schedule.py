"""Coded schedules: every identifier has its own pattern, and every pair where there is room."""

from __future__ import annotations

from itertools import combinations

import pytest

from vitne.compare.patterns import Design, pattern
from vitne.compare.schedule import codewords, schedule
from vitne.model import UsageError


@pytest.mark.parametrize(("count", "words"), [(1, 3), (2, 3), (4, 4), (8, 5), (14, 6), (16, 6)])
def test_the_default_tells_identifiers_and_pairs_apart(count: int, words: int) -> None:
    plan = schedule([f"i{n}" for n in range(count)])
    assert plan.words == words
    assert plan.pairs
    names = plan.identifiers
    runs = plan.runs[:words]
    patterns = [pattern([run.values[name] for run in runs]) for name in names]
    patterns += [pattern([(run.values[a], run.values[b]) for run in runs]) for a, b in combinations(names, 2)]
    assert len(set(patterns)) == len(patterns)
    assert all(value == "A" for value in runs[0].values.values())


def test_five_words_separate_fifteen_identifiers_but_not_their_pairs() -> None:
    plan = schedule([f"i{n}" for n in range(15)], words=5, repeats=3)
    assert len(plan.runs) == 15
    assert not plan.pairs
    assert len(Design([run.values for run in plan.runs]).moving) == 15
    with pytest.raises(UsageError, match="separate 15"):
        schedule([f"i{n}" for n in range(16)], words=5)


def test_codewords_are_different_and_begin_with_a() -> None:
    codes = codewords(31, 6)
    assert len(set(codes)) == 31
    assert not [code for code in codes if code & 1 or not code]


@pytest.mark.parametrize(("words", "repeats"), [(1, 2), (17, 2), (4, 0), (4, 10)])
def test_schedules_have_bounds(words: int, repeats: int) -> None:
    with pytest.raises(UsageError):
        schedule(["imei"], words=words, repeats=repeats)
    with pytest.raises(UsageError, match="no identifier"):
        schedule([])
