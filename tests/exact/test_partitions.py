"""Relabellings of patterns, counted one by one."""

from __future__ import annotations

from itertools import permutations
from math import comb

import pytest

from vitne.exact import relabellings


def _pattern(values: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(values.index(value) for value in values)


@pytest.mark.parametrize("values", ["AB", "ABAB", "AABBB", "AABBCC", "ABC", "AAAA", "AABC"])
def test_as_many_as_there_are_when_all_orders_are_tried(values: str) -> None:
    assert relabellings(values) == len({_pattern(order) for order in permutations(values)})


def test_two_equal_groups_give_the_formula_of_the_methods() -> None:
    assert relabellings("ABABABABAB") == comb(10, 5) // 2
