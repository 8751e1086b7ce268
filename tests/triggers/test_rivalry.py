from __future__ import annotations

from typing import Any

import numpy as np

from vitne.triggers import rivalry
from vitne.triggers.beacon import Beacon
from vitne.triggers.coupled import coupling
from vitne.triggers.study import Observation, Study

SPAN = 60_000.0


def made(events: dict[str, np.ndarray], bursts: np.ndarray) -> Study:
    return Study(
        observation=Observation(begin_ns=0, end_ns=int(SPAN * 1e9), offset=None, left_out={}),
        events=events,
        early=dict.fromkeys(events, 0.5),
        bursts={"a.example": bursts},
        sessions=None,
        slots={},
    )


def looked(given: Study, event: str, beacons: dict[str, Beacon] | None = None) -> Any:
    pairs = {
        (kind, "a.example"): coupling(
            at, given.bursts["a.example"], sessions=None, span=(0.0, SPAN), chance=np.random.default_rng(1)
        )
        for kind, at in given.events.items()
    }
    seen = pairs[event, "a.example"]
    return rivalry.look(given, event, "a.example", seen=seen, pairs=pairs, beacons=beacons or {})


def indirect() -> Study:
    draw = np.random.default_rng(2)
    unlocks = np.arange(40) * 1200.0 + 30
    network = np.sort(np.concatenate([unlocks[:32] + draw.uniform(2, 8, 32), draw.random(10) * SPAN]))
    return made(
        {"keyguard-gone": unlocks, "network-connected": network},
        network + draw.uniform(0.1, 0.9, len(network)),
    )


def test_an_unlock_that_works_through_the_network_is_said_to() -> None:
    found = looked(indirect(), "keyguard-gone")
    assert found.through == "network-connected"
    [line] = [each for each in found.lines(randomised=False) if each["name"] == "through network-connected"]
    assert line["standing"] == "explains it"


def test_the_network_itself_is_not_explained_by_anything_between() -> None:
    assert looked(indirect(), "network-connected").through == ""


def test_a_direct_sender_goes_through_nothing() -> None:
    draw = np.random.default_rng(3)
    unlocks = np.arange(40) * 1200.0 + 30
    given = made(
        {"keyguard-gone": unlocks, "network-connected": np.sort(unlocks + draw.uniform(2, 8, 40))},
        unlocks + 1.0,
    )
    assert looked(given, "keyguard-gone").through == ""


def test_a_timer_and_the_observer_are_named_and_a_trial_excludes_the_observer() -> None:
    timer = Beacon(period_s=300.0, jitter_s=2.0, share=0.9, p=1e-9, intervals=40)
    found = looked(indirect(), "keyguard-gone", {"a.example": timer})
    standings = {line["name"]: line["standing"] for line in found.lines(randomised=False)}
    assert (standings["timer"], standings["observer"]) == ("not excluded", "not excluded")
    assert found.lines(randomised=True)[-1]["standing"] == "excluded"
    assert looked(indirect(), "keyguard-gone").lines(randomised=False)[0]["standing"] == "excluded"


def test_an_event_answered_only_beside_another_is_not_told_apart_from_it() -> None:
    draw = np.random.default_rng(5)
    lit = np.arange(30) * 1500.0 + 100
    unlocks = np.sort(np.concatenate([lit[:20] + 1.0, lit[:8] + 700.0]))
    found = looked(
        made({"screen-on": lit, "keyguard-gone": unlocks}, lit + draw.uniform(1.2, 3, 30)), "keyguard-gone"
    )
    assert found.beside == "screen-on"
    given = made({"screen-on": lit, "keyguard-gone": unlocks}, lit + draw.uniform(1.2, 3, 30))
    assert looked(given, "screen-on").beside == ""
