from __future__ import annotations

import math

import pytest

from vitne.model import UsageError
from vitne.triggers.protocol import plan


def test_every_arm_gets_as_many_slots_and_the_order_comes_from_the_seed() -> None:
    first = plan("unlock,idle", slots=40, length_s=120.0, seed=7)
    assert first == plan("unlock, idle", slots=40, length_s=120.0, seed=7)
    assert first.order != plan("unlock,idle", slots=40, length_s=120.0, seed=8).order
    assert first.order.count("unlock") == first.order.count("idle") == 20
    assert first.least_p == 1 / math.comb(40, 20)


def test_underscores_and_three_arms_are_understood() -> None:
    drawn = plan("screen_on,unlock,idle", slots=30, length_s=60.0, seed=1)
    assert drawn.arms == ("screen-on", "unlock", "idle")
    assert [drawn.order.count(arm) for arm in drawn.arms] == [10, 10, 10]


@pytest.mark.parametrize(
    ("stimuli", "slots", "length"),
    [("unlock", 40, 60.0), ("unlock,idle", 3, 60.0), ("unlock,idle", 40, 1.0), ("", 9, 9.0)],
)
def test_what_makes_no_trial_is_refused(stimuli: str, slots: int, length: float) -> None:
    with pytest.raises(UsageError):
        plan(stimuli, slots=slots, length_s=length, seed=1)
