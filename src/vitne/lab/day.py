"""A day of the simulated phone: what happens when, drawn from a seed or read from a plan.

A plan is TOML: ``[[event]]`` with ``at`` (seconds of the phone), ``kind`` and, as wanted, ``detail``.
"""

from __future__ import annotations

import tomllib
from random import Random
from typing import TYPE_CHECKING

import msgspec

from vitne.model import EVENT_KINDS, UsageError

if TYPE_CHECKING:
    from pathlib import Path

APPS = ("com.example.avisa", "com.example.vaer", "com.example.kart", "com.example.post")
START_NS = 1_549_174_470 * 10**9  # 2019-02-03T06:14:30Z
LONG_S = 2.5 * 3600  # a drawn day as long as this has a SIM change, roaming and updates in it
MOST_EVENTS = 100_000
MOST_S = 366 * 86_400.0  # seconds from the beginning of a day plan to its last event


class Happening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that happens on the phone."""

    at: float  # seconds of the phone since the day began
    kind: str  # word of the closed list of device events
    detail: str = ""


def drawn(seed: int, hours: float, *, idle_s: float = 300.0) -> list[Happening]:
    """Draw a day: starts, glances, unlocks with apps, a network that sleeps with the screen, charging.

    ``idle_s`` is the mean time between two uses.
    """
    chance = Random(f"day {seed}")
    out = _start(0.0, chance)
    end, at = hours * 3600, 200.0
    again = end * 0.55  # the phone is started anew once
    while at < end - 200:
        if again is not None and at > again:
            if end >= LONG_S:
                out.append(Happening(at=at - 45, kind="shutdown"))
                out.append(Happening(at=at - 3, kind="system-updated"))
            out += _start(at, chance)
            at, again = at + 240.0, float("inf")
        at = _session(out, at, chance) + max(0.2 * idle_s, chance.expovariate(1 / idle_s))
    for number in range(int(hours)):
        place = chance.uniform(300, end)
        out.append(Happening(at=place, kind="charging-on" if number % 2 == 0 else "charging-off"))
        out.append(Happening(at=chance.uniform(300, end), kind="in-service"))
    out += _seldom(end, Random(f"seldom {seed}"))
    return sorted(out, key=lambda each: each.at)


def _seldom(end: float, chance: Random) -> list[Happening]:
    """Add what happens a few times a day: a network lost, another SIM card, a border crossed, updates."""
    out: list[Happening] = []
    if end < 1200:
        return out
    for _ in range(max(1, round(end / 7200))):
        at = chance.uniform(400, end - 400)
        out.append(Happening(at=at, kind="network-lost"))
        out.append(Happening(at=at + chance.uniform(45, 240), kind="network-connected"))
    if end < LONG_S:
        return out
    at = chance.uniform(0.15, 0.4) * end
    out.append(Happening(at=at, kind="sim-changed", detail="ABSENT"))
    out.append(Happening(at=at + chance.uniform(20, 60), kind="sim-changed", detail="LOADED"))
    at = chance.uniform(0.62, 0.75) * end
    out.append(Happening(at=at, kind="out-of-service"))
    out.append(Happening(at=at + 60, kind="in-service"))
    out.append(Happening(at=at + 60.5, kind="roaming-on"))
    at += chance.uniform(900, 1500)
    out.append(Happening(at=at, kind="roaming-off"))
    out.append(Happening(at=chance.uniform(0.1, 0.9) * end, kind="app-updated", detail=APPS[0]))
    return out


def _start(at: float, chance: Random) -> list[Happening]:
    return [
        Happening(at=at, kind="boot"),
        Happening(at=at + 6 + chance.random() * 2, kind="in-service"),
        Happening(at=at + 9 + chance.random() * 2, kind="network-connected"),
        Happening(at=at + 25 + chance.random() * 10, kind="screen-on"),
        Happening(at=at + 38 + chance.random() * 5, kind="keyguard-gone"),
        Happening(at=at + 39 + chance.random() * 6, kind="storage-unlocked"),
        Happening(at=at + 100 + chance.random() * 60, kind="keyguard-shown"),
        Happening(at=at + 165, kind="screen-off"),
    ]


def _session(out: list[Happening], at: float, chance: Random) -> float:
    """Add one use of the phone; give when it ends."""
    out.append(Happening(at=at, kind="screen-on"))
    if chance.random() < 0.9:  # the network slept with the screen
        out.append(Happening(at=at + chance.uniform(2.0, 9.0), kind="network-connected"))
    long = chance.uniform(12, 30)
    if chance.random() < 0.8:
        unlocked = at + chance.uniform(0.8, 2.5)
        out.append(Happening(at=unlocked, kind="keyguard-gone"))
        long = chance.uniform(40, 200)
        moment = unlocked
        for _ in range(chance.randrange(1, 4)):
            moment += chance.uniform(1.5, 25)
            if moment < at + long - 3:
                out.append(Happening(at=moment, kind="app-foreground", detail=chance.choice(APPS)))
        out.append(Happening(at=at + long, kind="keyguard-shown"))
    out.append(Happening(at=at + long + 0.2, kind="screen-off"))
    return at + long + 0.2


def read(place: Path) -> list[Happening]:
    """Read a plan; raises UsageError."""
    try:
        content = tomllib.loads(place.read_text(encoding="utf-8"))
        events = msgspec.convert(content.get("event"), list[Happening])
    except (OSError, ValueError, RecursionError) as error:  # of text, TOML and its shape, too
        raise UsageError(
            f"this is no day plan: {error}", where=place.name, expected="[[event]] at, kind, detail"
        ) from error
    wrong = sorted({each.kind for each in events} - set(EVENT_KINDS))
    count = len(events) if all(0 <= each.at <= MOST_S for each in events) else 0
    if wrong or not 0 < count <= MOST_EVENTS:
        raise UsageError("this plan cannot be carried out", where=wrong[0] if wrong else place.name)
    return sorted(events, key=lambda each: each.at)
