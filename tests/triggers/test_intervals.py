"""Published worked examples: Newcombe 1998 and the interval of Wilson."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from vitne.triggers.intervals import bootstrap_mean, difference, upper_tail, wilson


def test_the_share_of_newcombes_first_example_has_its_interval() -> None:
    # Newcombe 1998 (Statistics in Medicine 17:857), table I: 81 of 263 gives 0.2553 to 0.3662 (method 3)
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_none_and_all_touch_the_ends() -> None:
    assert wilson(0, 20) == (0.0, pytest.approx(0.1611, abs=5e-5))  # the same table: 0 of 20
    assert wilson(1, 29)[0] == pytest.approx(0.0061, abs=5e-5)
    assert wilson(7, 7)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_difference_of_newcombes_example_a_has_its_interval() -> None:
    # Newcombe 1998 (Statistics in Medicine 17:873), table II (a): 56/70 - 48/80, method 10: 0.0524 to 0.3339
    assert difference((56, 48), (70, 80)) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_the_tail_is_that_of_the_normal_law() -> None:
    for z in (-2.0, 0.0, 1.0, 2.326):
        assert upper_tail(z) == pytest.approx(1 - NormalDist().cdf(z))


def test_the_resampled_interval_of_a_mean_is_near_the_normal_one() -> None:
    values = np.random.default_rng(1).normal(3.0, 1.0, 400)
    low, high = bootstrap_mean(values, np.random.default_rng(2))
    half = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.02)


def test_many_values_are_thinned_without_a_wider_interval() -> None:
    values = np.random.default_rng(1).normal(0.0, 1.0, 20_000)
    low, high = bootstrap_mean(values, np.random.default_rng(2))
    assert high - low == pytest.approx(2 * 1.96 / 20_000**0.5, rel=0.25)
