"""Bounds are counted, and end with a word of their own."""

from __future__ import annotations

import pytest

from vitne.firmware.budget import Exhausted, budget_for
from vitne.model import Malformed


def test_each_bound_ends_what_goes_on_and_on() -> None:
    budget = budget_for(0)
    for spend in (budget.unpacking, budget.looking, budget.meeting, budget.reading):
        with pytest.raises(Exhausted):
            spend(1 << 40)
    assert issubclass(Exhausted, Malformed)


def test_more_input_may_cost_more() -> None:
    small, large = budget_for(1000), budget_for(1 << 32)
    assert small.unpack < large.unpack
    assert small.files < large.files <= 8_000_000
