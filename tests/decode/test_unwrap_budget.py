"""The budget of one message."""

from __future__ import annotations

from vitne.decode.unwrap_budget import Budget


def test_bytes_are_new_once():
    budget = Budget()
    for data in (b"short", b"x" * 1000):
        assert budget.first_time(data)
        assert not budget.first_time(bytes(data))
    assert budget.first_time(b"other")


def test_a_bound_is_told_once_with_what_was_not_looked_at():
    budget = Budget()
    assert budget.gaps() == []
    budget.reached("too deep", 10)
    budget.reached("too deep", 5)
    (gap,) = budget.gaps()
    assert (gap.kind, gap.length) == ("limit", 15)
    assert "too deep" in gap.why
    assert budget.gaps() == []


def test_the_limits_of_one_encoding_follow_what_is_left():
    assert Budget(size=100).limits().size == 100
    assert Budget(leaves=3).limits().children == 3
    assert Budget(size=-5, leaves=-5).limits().size == 1
