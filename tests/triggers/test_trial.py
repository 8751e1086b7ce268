from __future__ import annotations

import math

import numpy as np
import pytest

from vitne.triggers.trial import trial


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_perfect_answer_in_ten_slots_has_the_least_p_there_is() -> None:
    stimulus = np.array([True, False] * 5)
    found = trial(np.where(stimulus, 1.0, np.inf), stimulus, chance=chance(), longest_s=100.0)
    assert found.exact
    assert found.p == pytest.approx(1 / math.comb(10, 5))
    assert found.least_p == found.p
    assert (found.stimulus_hits, found.stimuli, found.sham_hits, found.shams) == (5, 5, 0, 5)
    assert found.effect == 1.0


def test_two_windows_of_equal_counts_give_fishers_p() -> None:
    # 8 of 10 against 3 of 10, all waits alike where there is one: one-sided Fisher by hand
    waits = np.array([1.0] * 8 + [np.inf] * 2 + [1.0] * 3 + [np.inf] * 7)
    stimulus = np.arange(20) < 10
    fisher = sum(math.comb(11, k) * math.comb(9, 10 - k) for k in range(8, 11)) / math.comb(20, 10)
    found = trial(waits, stimulus, chance=chance(), draws=40_000)
    assert not found.exact
    assert found.p == pytest.approx(fisher, abs=0.004)


def test_all_slots_alike_show_nothing() -> None:
    found = trial(np.full(12, 5.0), np.arange(12) % 2 == 0, chance=chance())
    assert found.p == 1.0
    assert found.effect == 0.0


def test_the_other_way_round_is_no_cause() -> None:
    stimulus = np.arange(16) % 2 == 0
    assert trial(np.where(stimulus, np.inf, 1.0), stimulus, chance=chance()).p > 0.9


def test_without_an_effect_p_is_uniform() -> None:
    draw = chance(9)
    ps = []
    for _ in range(300):
        stimulus = np.zeros(24, dtype=bool)
        stimulus[draw.permutation(24)[:12]] = True
        ps.append(trial(draw.exponential(60, 24), stimulus, chance=draw, longest_s=110.0, draws=199).p)
    ordered = np.sort(ps)
    distance = np.abs(ordered - np.arange(1, 301) / 300).max()
    assert distance < 1.63 / math.sqrt(300)  # Kolmogorov-Smirnov at 1 %


def test_windows_longer_than_a_slot_are_not_looked_at() -> None:
    found = trial(
        np.array([20.0, np.inf, 20.0, np.inf]),
        np.array([True, False, True, False]),
        chance=chance(),
        longest_s=15.0,
    )
    assert found.window_s <= 10.0
    assert found.stimulus_hits == 0
