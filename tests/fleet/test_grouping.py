"""Counts by build and date: whatever the case of a column's name, and with nothing told at all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vitne.fleet.grouping import BUILD, DATE, NOT, count_of, groups, running

if TYPE_CHECKING:
    from vitne.fleet.shape import Count

INDEX = {
    (("Build", "1"),): frozenset({0, 1}),
    (("build", "2"),): frozenset({2}),
    (("build", NOT + "1"),): frozenset({2}),
    (("DATE", "a"),): frozenset({0, 2}),
}


def _counted(members: frozenset[int]) -> Count:
    return count_of(0, len(members), 0)


def test_columns_are_found_whatever_the_case_of_their_names() -> None:
    found = {(each.column, each.value): each.count.of for each in groups(INDEX, _counted, ())}
    assert found == {
        ("build", "1"): 2, ("build", "2"): 1, ("date", "a"): 2, ("build, date", "1, a"): 1, ("build, date", "2, a"): 1
    }  # fmt: skip


def test_without_a_build_nothing_is_told_of_any() -> None:
    [every] = running({}, 3, ("1",))
    assert (every.running, every.of, every.unknown, every.low, every.high) == (0, 0, 3, 0, 1)
    assert list(groups({}, _counted, ())) == []


def test_many_builds_and_many_dates_that_never_meet_are_counted_in_time() -> None:
    count = 4000
    index = {((BUILD, f"b{number}"),): frozenset({number}) for number in range(count)}
    index |= {((DATE, f"d{number}"),): frozenset({count + number}) for number in range(count)}
    begun = time.process_time()
    assert len(list(groups(index, _counted, ()))) == 400
    assert time.process_time() - begun < 2
