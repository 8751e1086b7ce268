from __future__ import annotations

import numpy as np
import pytest

from vitne.triggers.coupled import coupling
from vitne.triggers.strata import Sessions

DAY = (0.0, 86_400.0)


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_sender_that_answers_every_event_is_found_with_effect_and_latency() -> None:
    events = np.arange(20) * 4000.0 + 17.0
    found = coupling(events, events + 1.5, sessions=None, span=DAY, chance=chance())
    assert found.p == pytest.approx(1 / 2000)
    assert (found.hits, found.events, found.window_s) == (20, 20, 2.0)
    assert found.excess > 0.9
    assert found.excess_low <= found.excess <= found.excess_high
    assert found.latency_s == (1.5, 1.5, 1.5)
    assert found.attributable > 0.9


def test_contacts_that_have_nothing_to_do_with_the_events_are_rarely_called_coupled() -> None:
    draw = chance(7)
    called = 0
    for _ in range(200):
        events, bursts = np.sort(draw.random(20) * 86_400), np.sort(draw.random(144) * 86_400)
        called += coupling(events, bursts, sessions=None, span=DAY, chance=draw, draws=199).p <= 0.05
    assert called <= 20  # 10 are expected; 20 or more have a probability of 0.003


def test_being_busier_in_a_session_is_no_coupling_when_the_session_is_the_stratum() -> None:
    draw = chance(3)
    begin = np.arange(25) * 3000.0
    sessions = Sessions(begin=begin, end=begin + 300.0)
    called = 0
    for _ in range(100):
        events = np.sort(begin + draw.random(25) * 300)
        bursts = np.sort(np.repeat(begin, 3) + draw.random(75) * 300)
        called += coupling(events, bursts, sessions=sessions, span=DAY, chance=draw, draws=199).p <= 0.05
    assert called <= 12


def test_a_log_that_runs_ahead_is_allowed_for_by_its_bound() -> None:
    events = np.arange(12) * 5000.0 + 3.0
    bursts = events - 2.0  # sent after the event, but the log's clock runs four seconds ahead
    blind = coupling(events, bursts, sessions=None, span=DAY, chance=chance())
    allowed = coupling(events, bursts, sessions=None, span=DAY, chance=chance(), early_s=4.0)
    assert (blind.hits, allowed.hits) == (0, 12)
    assert allowed.p < 0.01


def test_where_nothing_answers_the_next_burst_is_told() -> None:
    found = coupling(
        np.array([0.0, 1000.0]), np.array([75.0, 1080.0]), sessions=None, span=DAY, chance=chance()
    )
    assert (found.hits, found.next_s, found.window_s) == (0, 77.5, 60.0)


def test_the_same_seed_gives_the_same_outcome() -> None:
    events = np.array([10.0, 400.0, 900.0])
    one, two = (coupling(events, events + 9, sessions=None, span=DAY, chance=chance(5)) for _ in range(2))
    assert one == two
