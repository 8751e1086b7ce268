from __future__ import annotations

import numpy as np
import pytest

from vitne.triggers.beacon import beacon


@pytest.mark.parametrize("period", [60.0, 300.0, 900.0])
def test_a_timer_is_found_with_its_period_though_it_misses_a_beat_and_wavers(period: float) -> None:
    draw = np.random.default_rng(int(period))
    ticks = np.arange(0, 12 * 3600, period)
    kept = ticks[draw.random(len(ticks)) > 0.1]
    found = beacon(np.sort(kept + draw.normal(0, period * 0.01, len(kept))))
    assert found is not None
    assert found.period_s == pytest.approx(period, rel=0.02)
    assert found.jitter_s < period * 0.03
    assert found.share > 0.9


def test_a_timer_that_is_wound_up_anew_after_each_contact_is_found() -> None:
    gaps = np.random.default_rng(3).normal(300, 6, 100)
    found = beacon(np.cumsum(gaps))
    assert found is not None
    assert found.period_s == pytest.approx(300, rel=0.01)


def test_chance_contacts_are_no_timer() -> None:
    draw = np.random.default_rng(5)
    called = sum(beacon(np.sort(draw.random(120) * 86_400)) is not None for _ in range(60))
    assert called <= 2


def test_few_contacts_are_no_timer() -> None:
    assert beacon(np.array([0.0, 60.0, 120.0])) is None
    assert beacon(np.zeros(10)) is None
