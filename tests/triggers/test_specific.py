from __future__ import annotations

import math

import numpy as np
import pytest

from vitne.triggers.specific import _odds, _p, specificity
from vitne.triggers.strata import Sessions

TABLE = np.array([[9.0, 2.0, 5.0, 10.0], [7.0, 3.0, 4.0, 8.0]])


def by_hand(table: np.ndarray) -> float:
    over = variance = 0.0
    for a, b, c, d in table.tolist():
        n = a + b + c + d
        over += a - (a + b) * (a + c) / n
        variance += (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1))
    return 0.5 * math.erfc((over - 0.5) / math.sqrt(variance) / math.sqrt(2))


def test_the_statistic_is_that_of_cochran_mantel_and_haenszel() -> None:
    assert _p(TABLE) == pytest.approx(by_hand(TABLE))
    assert _p(TABLE[:, [2, 3, 0, 1]]) == 1.0  # the other way round nothing is claimed


def test_the_odds_ratio_is_that_of_mantel_and_haenszel() -> None:
    up = sum(a * d / (a + b + c + d) for a, b, c, d in TABLE.tolist())
    down = sum(b * c / (a + b + c + d) for a, b, c, d in TABLE.tolist())
    ratio, low, high = _odds(TABLE)
    assert ratio == pytest.approx(up / down)
    assert low is not None
    assert high is not None
    assert low < up / down < high


def test_one_stratum_gives_the_interval_of_woolf() -> None:
    a, b, c, d = 12.0, 5.0, 6.0, 15.0
    ratio, low, high = _odds(np.array([[a, b, c, d]]))
    spread = 1.959964 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert (low, high) == pytest.approx(
        (a * d / b / c * math.exp(-spread), a * d / b / c * math.exp(spread)), rel=1e-5
    )
    assert ratio == pytest.approx(a * d / b / c)


def test_a_destination_that_alone_follows_is_specific_and_one_of_many_is_not() -> None:
    draw = np.random.default_rng(4)
    begin = np.arange(30) * 2000.0
    sessions = Sessions(begin=begin, end=begin + 300.0)
    events = begin + draw.uniform(20, 250, 30)
    others = np.sort(np.repeat(begin, 6) + draw.random(180) * 300)
    alone = specificity(events, np.sort(events + 1.0), others, sessions=sessions)
    flurry = np.sort(np.concatenate([others, *(events + shift for shift in (0.5, 1.0, 2.0, 3.0))]))
    own = np.concatenate([events + 1.5, np.repeat(begin, 2) + draw.random(60) * 300])
    together = specificity(events, np.sort(own), flurry, sessions=sessions)
    assert alone.p < 1e-4
    assert together.p > 0.01
    assert sum(alone.table) == 30 + 180


def test_without_sessions_stretches_of_a_quarter_of_an_hour_are_the_strata() -> None:
    events = np.arange(20) * 1800.0
    found = specificity(
        events, events + 1, np.sort(np.random.default_rng(1).random(400) * 36_000), sessions=None
    )
    assert found.p < 0.01


def test_without_other_destinations_nothing_is_claimed() -> None:
    assert specificity(np.array([1.0]), np.array([2.0]), np.zeros(0), sessions=None).p == 1.0
