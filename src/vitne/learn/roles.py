"""The role of one field, from how its values go with devices, boots and time.

The rules are tried in the order of this list, and each says how sure it is:

- time: the value is a time that goes with the capture's own;
- constant: one value, from two devices or more;
- per-device: one value per device, not the same for all;
- per-boot: one value per start of a device, another behind each start;
- counter: a number that only rises, by small steps, from message to message of a device;
- per-card: stretches of one value that change seldom, at least once away from a start, and never come back;
- state: few values that come back;
- random, or unreadable where no reader sees anything in it: another value nearly every time.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from vitne.exact import relabellings
from vitne.learn.values import as_number, as_time, opaque

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitne.model.fields import FieldValue

Role = Literal[
    "constant",
    "per-device",
    "per-card",
    "per-boot",
    "counter",
    "time",
    "state",
    "random",
    "unreadable",
]
_TIME_SPREAD_NS = 180 * 10**9
_TIME_FAR_NS = 26 * 3600 * 10**9
_LEAST_STEPS = 3
_STEP_FACTOR = 64
_RETURNS = 0.5
"""Share of distinct values among the observations, up to which values come back."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A role and what it rests on."""

    role: Role
    sure: bool  # the captures could have shown otherwise, and did not
    because: str  # for a person, in numbers and without values
    p: float | None = None  # chance that values would go with devices or boots like this if dealt anew


class Run(NamedTuple):
    """A device's values in the order of time."""

    times: list[int]
    boots: list[int]  # number of the start of the device that each belongs to
    values: list[bytes]


def runs_of(values: Sequence[FieldValue], boots: Mapping[str, Sequence[int]]) -> dict[str, Run]:
    """Sort the values of one field by device and time; ``boots`` are the times of starts by device."""
    runs: dict[str, Run] = {}
    for each in sorted(values, key=lambda one: (one.device, one.time_ns, one.frame)):
        run = runs.setdefault(each.device, Run([], [], []))
        run.times.append(each.time_ns)
        run.boots.append(bisect_right(boots.get(each.device, ()), each.time_ns))
        run.values.append(each.value)
    return runs


def role_of(runs: Mapping[str, Run]) -> Verdict:
    """Tell the role of one field."""
    every = [value for run in runs.values() for value in run.values]
    for rule in (_time, _same, _by_device, _by_boot, _counter, _by_card, _state):
        verdict = rule(runs, every)
        if verdict is not None:
            return verdict
    told = f"{len(set(every))} different values in {len(every)} messages"
    if any(opaque(value) for value in every):
        return Verdict(role="unreadable", sure=len(every) > 2, because=f"{told}, and no reader sees a form")
    return Verdict(role="random", sure=len(every) > 2, because=told)


def _time(runs: Mapping[str, Run], every: list[bytes]) -> Verdict | None:
    read = {value: as_time(value) for value in every}
    if any(time is None for time in read.values()) or len(read) < 2:
        return None
    for run in runs.values():
        off = [(read[value] or 0) - time for value, time in zip(run.values, run.times, strict=True)]
        if max(off) - min(off) > _TIME_SPREAD_NS or max(map(abs, off)) > _TIME_FAR_NS:
            return None
    return Verdict(
        role="time", sure=len(every) > 2, because=f"{len(every)} times, each with the capture's own clock"
    )


def _same(runs: Mapping[str, Run], every: list[bytes]) -> Verdict | None:
    if len(set(every)) > 1:
        return None
    told = f"one value in {len(every)} messages of {_devices(runs)}"
    if not every[0]:
        return Verdict(role="constant", sure=len(runs) > 1, because=f"empty in all {len(every)} messages")
    if len(runs) > 1:
        return Verdict(role="constant", sure=True, because=told)
    return Verdict(role="constant", sure=False, because=f"{told}: a second device would tell")


def _by_device(runs: Mapping[str, Run], every: list[bytes]) -> Verdict | None:
    if len(runs) < 2 or any(len(set(run.values)) > 1 for run in runs.values()):
        return None
    labels = [device for device, run in runs.items() for _ in run.values]
    starts = sum(max(run.boots) - min(run.boots) for run in runs.values())
    told = f"{len(set(every))} values for {_devices(runs)}, none of which changed in {len(every)} messages"
    told += f" and over {starts} starts" if starts else ""
    return Verdict(role="per-device", sure=True, because=told, p=1 / relabellings(labels))


def _devices(runs: Mapping[str, Run]) -> str:
    return f"{len(runs)} device{'s' if len(runs) > 1 else ''}"


def _by_boot(runs: Mapping[str, Run], every: list[bytes]) -> Verdict | None:
    by_start: dict[tuple[str, int], set[bytes]] = {}
    for device, run in runs.items():
        for start, value in zip(run.boots, run.values, strict=True):
            by_start.setdefault((device, start), set()).add(value)
    starts = {device: sum(each == device for each, _ in by_start) for device in runs}
    several = [device for device, count in starts.items() if count > 1]
    if not several or any(len(values) > 1 for values in by_start.values()):
        return None
    if len({min(values) for values in by_start.values()}) < len(by_start):
        return None
    if len(every) < 2 * len(by_start):
        return None
    labels = [(device, start) for device, run in runs.items() for start in run.boots]
    told = f"{len(by_start)} values in {len(by_start)} starts of {_devices(runs)}, one for each"
    return Verdict(role="per-boot", sure=len(by_start) > 2, because=told, p=1 / relabellings(labels))


def _counter(runs: Mapping[str, Run], every: list[bytes]) -> Verdict | None:
    steps: list[int] = []
    for run in runs.values():
        numbers = [as_number(value) for value in run.values]
        if any(number is None for number in numbers):
            return None
        for (before, after), (first, second) in zip(
            pairwise([number or 0 for number in numbers]), pairwise(run.boots), strict=True
        ):
            if after <= before and first == second:
                return None
            if after > before:
                steps.append(after - before)
    if len(steps) < _LEAST_STEPS or max(steps) > _STEP_FACTOR * max(1, sorted(steps)[len(steps) // 2]):
        return None
    told = f"rises at each of {len(steps)} steps between {len(every)} messages"
    return Verdict(role="counter", sure=True, because=told)


def _by_card(runs: Mapping[str, Run], every: list[bytes]) -> Verdict | None:
    away = changes = 0
    for run in runs.values():
        told = [
            (first, second)
            for (before, after), (first, second) in zip(
                pairwise(run.values), pairwise(run.boots), strict=True
            )
            if before != after
        ]
        if len(set(run.values)) != len(told) + 1:
            return None  # one came back
        changes += len(told)
        away += sum(first == second for first, second in told)
    if not changes or not away or changes > max(len(runs), len(every) // 4):
        return None
    told_of = f"{changes} changes in {len(every)} messages of {_devices(runs)}, {away} away from a start"
    return Verdict(role="per-card", sure=len(runs) > 1, because=f"{told_of}, and no value came back")


def _state(runs: Mapping[str, Run], every: list[bytes]) -> Verdict | None:
    distinct = sum(len(set(run.values)) for run in runs.values())
    if distinct > _RETURNS * len(every):
        return None
    told = f"{distinct} values in {len(every)} messages of {_devices(runs)}, and they come back"
    return Verdict(role="state", sure=len(every) > 4, because=told)
