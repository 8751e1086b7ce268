from __future__ import annotations

import re
from typing import Any

import numpy as np

from vitne.triggers.analysis import analyse
from vitne.triggers.offset import Offset
from vitne.triggers.strata import Sessions
from vitne.triggers.study import Observation, Study

DAY = 60_000.0
KNOWN = Offset(seconds=0.0, bound_s=0.5, how="a test", anchors=0)


def made(events: dict[str, np.ndarray], bursts: dict[str, np.ndarray], **more: Any) -> Study:
    return Study(
        observation=Observation(
            begin_ns=0, end_ns=int(DAY * 1e9), offset=more.get("offset", KNOWN), left_out={}
        ),
        events=events,
        early=dict.fromkeys(events, 0.5),
        bursts=bursts,
        sessions=more.get("sessions"),
        slots=more.get("slots", {}),
    )


def phone(answers: float = 0.95, events: int = 30) -> Study:
    draw = np.random.default_rng(11)
    begin = np.sort(draw.permutation(100)[:events]) * 600.0 + draw.uniform(0, 390, events)
    unlocks = begin + draw.uniform(10, 60, events)
    told = (
        unlocks[draw.random(events) < answers]
        + draw.uniform(0.8, 2.5, events)[: int((draw.random(1) < 2).sum())]
    )
    follower = np.sort(np.repeat(begin, 4) + draw.random(4 * events) * 200)
    others = {
        f"other{n}.example": np.sort(np.repeat(begin, 2) + draw.random(2 * events) * 200) for n in range(4)
    }
    bursts = {"sender.example": np.sort(told), "follower.example": follower, **others}
    return made({"keyguard-gone": unlocks}, bursts, sessions=Sessions(begin=begin, end=begin + 200.0))


def verdicts(given: Study, **more: Any) -> dict[str, str]:
    return {each.destination: each.verdict for each in analyse(given, **more).triggers}


def test_a_triggered_sender_is_specific_and_a_follower_of_activity_is_not_coupled() -> None:
    said = verdicts(phone())
    assert said["sender.example"] == "coupled-and-specific"
    assert said["follower.example"] not in {"coupled", "coupled-and-specific"}


def test_too_few_events_cannot_tell_and_say_how_many_more_would() -> None:
    [found] = [each for each in analyse(phone(events=2)).triggers if each.destination == "sender.example"]
    assert found.verdict == "cannot-tell"
    assert found.more_events
    assert f"about {found.more_events} more events would do" in found.sentence


def test_many_events_without_any_answer_are_no_coupling() -> None:
    draw = np.random.default_rng(1)
    unlocks = np.arange(90) * 600.0 + 20
    given = made({"keyguard-gone": unlocks}, {"a.example": np.sort(draw.random(60) * DAY)})
    assert verdicts(given) == {"a.example": "no-coupling-seen"}


def test_without_a_bounded_offset_nothing_is_claimed() -> None:
    given = phone()
    blocked = made(given.events, given.bursts, sessions=given.sessions, offset=None)
    found = analyse(blocked)
    assert found.triggers == ()
    assert "clock" in found.blocked


def test_a_claim_registered_beforehand_is_the_whole_family() -> None:
    found = analyse(phone(), claims={("keyguard-gone", "sender.example")})
    assert found.tested == 1
    [claimed] = found.triggers
    assert claimed.tests["coupled"]["p"] == claimed.tests["coupled"]["p_holm"]


def test_a_trial_says_caused_and_only_of_the_destination_that_answers() -> None:
    moments = np.arange(40) * 120.0 + 10
    chosen = np.sort(np.random.default_rng(5).permutation(40)[:20])
    stimuli, shams = moments[chosen], np.delete(moments, chosen)
    draw = np.random.default_rng(6)
    bursts = {
        "a.example": np.sort(np.concatenate([stimuli[:18] + 1.5, draw.random(30) * 4800])),
        "b.example": np.sort(draw.random(60) * 4800),
    }
    found = analyse(made({}, bursts, slots={"unlock": (stimuli, shams)}))
    said = {each.destination: each for each in found.triggers}
    assert said["a.example"].verdict == "caused"
    assert re.match(r"In (18|19|20) of 20 slots with unlock a transmission to", said["a.example"].sentence)
    assert said["b.example"].verdict == "cannot-tell"


def test_the_same_study_gives_the_same_outcome_and_a_timer_is_found_first() -> None:
    given = phone()
    given.bursts["beat.example"] = np.arange(20.0, DAY, 300.0)
    one, two = analyse(given), analyse(given)
    assert one == two
    assert "beat.example" in one.beacons
    assert "other0.example" not in one.beacons


def test_nothing_sent_and_no_event_are_told_apart() -> None:
    assert "no event" in analyse(made({}, {"a.example": np.array([1.0])})).blocked
    assert "nothing was sent" in analyse(made({"boot": np.array([1.0])}, {})).blocked


def test_a_timer_that_happens_to_fall_into_the_stimulus_slots_is_not_caused_by_them() -> None:
    moments = np.arange(40) * 120.0 + 200
    beats = np.arange(320.0, 200 + 40 * 120, 300.0)
    fitting = np.isin(np.arange(40), np.arange(1, 40, 5))  # where a beat follows at once
    rest = np.flatnonzero(~fitting)
    stimulus = fitting.copy()
    stimulus[rest[:12]] = True
    slots = {"unlock": (moments[stimulus] - 1.0, moments[~stimulus] - 1.0)}
    own = np.sort(moments[stimulus] + np.random.default_rng(1).uniform(1, 4, int(stimulus.sum())))
    given = made({}, {"beat.example": beats, "sender.example": own}, slots=slots)
    found = {each.destination: each for each in analyse(given).triggers}
    assert found["beat.example"].tests["caused"]["p_holm"] <= 0.05
    assert found["beat.example"].verdict == "cannot-tell"
    assert "a timer that keeps no step with the slots" in found["beat.example"].sentence
    assert found["sender.example"].verdict == "caused"
