"""Simulated days of a phone: sessions, backgrounds, flurries, events, and a trigger where one is asked for.

All times are seconds of a day of 24 hours.  Nothing is triggered unless ``answer`` says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.triggers.bursts import burst_starts
from vitne.triggers.strata import Sessions

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S = 86_400.0
SESSIONS = 25
OTHERS = 8  # further destinations, the controls of the second test
FLURRY_S, FLURRY_SHARE = 20.0, 0.8  # after a session's start each destination sends, with this probability
BACKGROUNDS = (
    "poisson",
    "beacon 60 s",
    "beacon 300 s",
    "beacon 900 s",
    "bursty",
    "busier, 1/600 s",
    "busier, 1/120 s",
)


class Day(NamedTuple):
    """One simulated day."""

    events: NDArray[np.float64]
    bursts: NDArray[np.float64]  # of the tested destination
    others: NDArray[np.float64]  # of all others
    sessions: Sessions


class Plan(NamedTuple):
    """What a day is like."""

    background: str = "poisson"
    rate: float = 1 / 600  # a second; while active, where the background follows activity
    events: int = 30
    at: str = "random"  # "random" moments of sessions, or their "start"
    flurry: bool = False
    skew: float = 0.0  # the event log runs ahead of the capture by so many seconds
    answer: float = 0.0  # probability that an event sets a transmission off
    latency: float = 2.0  # median seconds until it does


def day(plan: Plan, chance: np.random.Generator) -> Day:
    """Draw one day."""
    sessions = _sessions(chance)
    if plan.at == "start":
        which = chance.permutation(SESSIONS)[: plan.events]
        events = np.sort(sessions.begin[which] + 1e-3)
    else:
        which = chance.integers(0, SESSIONS, plan.events)
        events = np.sort(
            sessions.begin[which] + chance.random(plan.events) * (sessions.end - sessions.begin)[which]
        )
    own = [_background(plan, sessions, chance)]
    answered = events[chance.random(len(events)) < plan.answer]
    own.append(answered + plan.latency * np.exp(0.5 * chance.standard_normal(len(answered))))
    if plan.flurry:
        own.append(_flurry(sessions, chance))
    others = []
    for _ in range(OTHERS):
        parts = [_background(plan, sessions, chance)]
        if plan.flurry:
            parts.append(_flurry(sessions, chance))
        others.append(burst_starts(np.concatenate(parts)))
    shifted = Sessions(begin=sessions.begin + plan.skew, end=sessions.end + plan.skew)
    return Day(
        events + plan.skew, burst_starts(np.concatenate(own)), np.sort(np.concatenate(others)), shifted
    )


def _sessions(chance: np.random.Generator) -> Sessions:
    """Draw stretches of use: half a minute and an exponential rest of five minutes on average, apart."""
    long = 30 + chance.exponential(300, SESSIONS)
    free = DAY_S - long.sum() - SESSIONS * 10
    gaps = np.diff(np.sort(chance.random(SESSIONS) * free), prepend=0.0)
    begin = np.cumsum(gaps + 10) + np.append(0, np.cumsum(long)[:-1])
    return Sessions(begin=begin, end=begin + long)


def _background(plan: Plan, sessions: Sessions, chance: np.random.Generator) -> NDArray[np.float64]:
    kind = plan.background
    if kind.startswith("beacon"):
        period = float(kind.split()[1])
        ticks = np.arange(chance.random() * period, DAY_S, period)
        return ticks + 0.02 * period * chance.standard_normal(len(ticks))
    if kind == "bursty":
        parents = chance.random(chance.poisson(plan.rate * DAY_S / 5)) * DAY_S
        return np.repeat(parents, 5) + chance.exponential(10, 5 * len(parents))
    if kind.startswith("busier"):
        rate = 1 / float(kind.split("/")[1].split()[0])
        idle = chance.random(chance.poisson(rate / 20 * DAY_S)) * DAY_S
        long = sessions.end - sessions.begin
        counts = chance.poisson(rate * long)
        active = np.repeat(sessions.begin, counts) + chance.random(counts.sum()) * np.repeat(long, counts)
        return np.concatenate([idle, active])
    return chance.random(chance.poisson(plan.rate * DAY_S)) * DAY_S


def _flurry(sessions: Sessions, chance: np.random.Generator) -> NDArray[np.float64]:
    taking_part = chance.random(len(sessions)) < FLURRY_SHARE
    return sessions.begin[taking_part] + chance.random(taking_part.sum()) * FLURRY_S


class Slots(NamedTuple):
    """One simulated randomised trial."""

    moments: NDArray[np.float64]
    stimulus: NDArray[np.bool_]
    bursts: NDArray[np.float64]


def slots(
    count: int,
    chance: np.random.Generator,
    *,
    answer: float = 0.0,
    flurry: bool = True,
    background: str = "poisson",
) -> Slots:
    """Draw a trial of ``count`` slots of two minutes: background 1/60 s, and flurries in both arms alike."""
    length = 120.0
    moments = np.arange(count) * length + 10.0
    stimulus = np.zeros(count, dtype=bool)
    stimulus[chance.permutation(count)[: count // 2]] = True
    end = count * length
    if background == "beacon":
        ticks = np.arange(chance.random() * 60, end, 60.0)
        own = [ticks + 1.2 * chance.standard_normal(len(ticks))]
    elif background == "bursty":
        parents = chance.random(chance.poisson(end / 300)) * end
        own = [np.repeat(parents, 5) + chance.exponential(10, 5 * len(parents))]
    else:
        own = [chance.random(chance.poisson(end / 60)) * end]
    if flurry:
        part = chance.random(count) < FLURRY_SHARE
        own.append(moments[part] + chance.random(part.sum()) * FLURRY_S)
    hit = moments[stimulus & (chance.random(count) < answer)]
    own.append(hit + 2.0 * np.exp(0.5 * chance.standard_normal(len(hit))))
    return Slots(moments, stimulus, burst_starts(np.concatenate(own)))
