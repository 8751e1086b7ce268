from __future__ import annotations

import numpy as np
import pytest

from vitne.triggers.rivals import beside, between, fisher


def test_fishers_tea_has_its_p() -> None:
    assert fisher((3, 1), (4, 4)) == pytest.approx(17 / 70)  # Fisher 1935: three of four cups right
    assert fisher((4, 0), (4, 4)) == pytest.approx(1 / 70)
    assert fisher((0, 0), (0, 5)) == 1.0


def test_a_link_between_explains_where_answers_come_only_with_it_and_soon_behind() -> None:
    draw = np.random.default_rng(1)
    unlocks = np.arange(30) * 500.0
    linked = draw.random(30) < 0.7
    network = (unlocks + draw.uniform(1, 8, 30))[linked]
    found = between(unlocks, network, np.sort(network + draw.uniform(0.1, 0.9, len(network))), window_s=10.0)
    assert found.explains
    assert found.with_it[0] == found.with_it[1] == len(network)
    assert found.without[0] == 0


def test_a_direct_sender_is_not_explained_by_a_network_that_comes_up_too() -> None:
    draw = np.random.default_rng(2)
    unlocks = np.arange(30) * 500.0
    network = np.sort(unlocks + draw.uniform(0.1, 8, 30))
    found = between(unlocks, network, unlocks + 1.0, window_s=10.0)
    assert not found.explains


def test_events_beside_and_alone_are_told_apart() -> None:
    events = np.array([0.0, 100.0, 200.0, 300.0])
    near = beside(events, np.array([205.0, 95.0]), np.array([False, True, True, False]))
    assert (near.with_it, near.alone) == ((2, 2), (0, 2))
    assert near.p == pytest.approx(1 / 6)
