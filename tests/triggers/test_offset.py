from __future__ import annotations

import numpy as np
import pytest

from vitne.triggers.offset import MOST_BOUND_S, ZONES_S, from_anchors, from_samples


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def world(ahead: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    draw = chance(seed)
    true = np.sort(draw.random(40) * 20_000)
    answers = true + draw.uniform(0.1, 1.5, 40)
    noise = draw.random(60) * 20_000
    return true + ahead, np.sort(np.concatenate([answers, noise]))


@pytest.mark.parametrize("ahead", [-45.0, 0.0, 1.6, 90.0])
def test_the_offset_lies_within_its_bound(ahead: float) -> None:
    found = from_anchors(*world(ahead), chance=chance())
    assert found is not None
    assert abs(found.seconds - ahead) <= found.bound_s
    assert found.bound_s < 5


def test_anchors_that_have_nothing_to_do_with_the_traffic_give_none() -> None:
    draw = chance(8)
    found = [
        from_anchors(np.sort(draw.random(30) * 9000), np.sort(draw.random(60) * 9000), chance=draw)
        for _ in range(12)
    ]
    assert sum(each is not None for each in found) <= 1


def test_a_time_zone_that_the_log_does_not_tell_is_found_among_those_there_are() -> None:
    anchors, bursts = world(3600.0 + 1.0)
    found = from_anchors(anchors, bursts, chance=chance(), zones=ZONES_S)
    assert found is not None
    assert found.zone_s == 3600.0
    assert found.seconds == pytest.approx(3601.0, abs=found.bound_s)


def test_too_few_anchors_or_no_traffic_give_none() -> None:
    assert from_anchors(np.array([1.0, 2.0]), np.array([1.0]), chance=chance()) is None
    assert from_anchors(np.arange(10.0), np.zeros(0), chance=chance()) is None


def test_comparisons_of_both_clocks_go_by_the_surest_and_by_how_far_they_drift() -> None:
    found = from_samples(np.array([1.60, 1.61, 1.70, 1.62]), np.array([0.01, 0.01, 0.5, 0.02]))
    assert found.seconds == pytest.approx(1.6, abs=0.02)
    assert 0.1 <= found.bound_s <= 0.12
    assert found.bound_s < MOST_BOUND_S
