from __future__ import annotations

import numpy as np

from vitne.triggers.coupled import coupling
from vitne.triggers.planning import more_events, power


def test_power_rises_with_events_and_falls_with_chance_and_correction() -> None:
    assert power(20, by_chance=0.05, answers=0.5, level=0.01) > power(
        5, by_chance=0.05, answers=0.5, level=0.01
    )
    assert power(20, by_chance=0.05, answers=0.5, level=0.01) > power(
        20, by_chance=0.5, answers=0.5, level=0.01
    )
    assert power(20, by_chance=0.05, answers=0.5, level=0.01) > power(
        20, by_chance=0.05, answers=0.5, level=1e-6
    )


def test_so_many_more_events_reach_the_power_and_one_less_does_not() -> None:
    more = more_events(4, by_chance=0.1, answers=0.6, level=0.001)
    assert more is not None
    assert power(4 + more, by_chance=0.1, answers=0.6, level=0.001) >= 0.95
    assert power(4 + more - 1, by_chance=0.1, answers=0.6, level=0.001) < 0.95


def test_what_would_take_thousands_is_not_named() -> None:
    assert more_events(4, by_chance=0.5, answers=0.01, level=0.001) is None


def test_the_normal_law_is_near_to_what_the_test_itself_does() -> None:
    draw = np.random.default_rng(1)
    found = 0
    for _ in range(60):
        events = np.sort(draw.random(12) * 86_400)
        answers = events[draw.random(12) < 0.6] + 1.0
        bursts = np.sort(np.concatenate([answers, draw.random(140) * 86_400]))
        found += (
            coupling(events, bursts, sessions=None, span=(0.0, 86_400.0), chance=draw, draws=199).p <= 0.01
        )
    said = power(12, by_chance=0.02, answers=0.6, level=0.01)
    assert abs(found / 60 - said) < 0.15
