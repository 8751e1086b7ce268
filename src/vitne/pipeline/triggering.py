"""A case and logs of its device: which events set which transmissions off, and what that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.events import DeviceLog, Hints, merged
from vitne.events.reading import read_log
from vitne.model import Trigger, UsageError
from vitne.store import columns_of
from vitne.triggers.analysis import Outcome, analyse
from vitne.triggers.shape import SCHEMA
from vitne.triggers.study import Study, study
from vitne.triggers.words import clauses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vitne.store import Case

FORMAT = SCHEMA
HOUSEKEEPING = frozenset({"dns", "mdns", "llmnr", "nbns", "dhcp", "dhcpv6", "ntp", "ssdp"})
"""Protocols of a phone's own housekeeping: anchors for the clock, and no destinations of data."""

LOOKED_UP_NS = (5 * 10**9, 10**9)  # so long before a transmission, or behind it, its name is looked up


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of the tests."""

    zone_s: int | None = None  # local time less UTC, for logs that do not tell
    device: str | None = None  # label of the device (or its beginning); by default the one that sent most
    claims: tuple[tuple[str, str], ...] = ()  # (event, destination) registered beforehand
    seed: int = 0  # of all draws


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that came out."""

    outcome: Outcome
    study: Study
    logs: tuple[DeviceLog, ...]
    device: str  # label of the device whose transmissions were tested
    others: int  # further devices in the case, not tested
    captures: tuple[dict[str, str], ...]  # name and digest


def find_triggers(case: Case, logs: Sequence[str | Path], asked: Asked) -> Tested:
    """Test all events of the logs against all destinations of a device of a case.

    Raises UsageError where the case holds no such device, CaptureError for a log that cannot be read.
    """
    span = _span(case)
    device, others = _device(case, asked.device)
    targets, housekeeping = _times(case, device)
    hints = Hints(near_ns=(span[0] + span[1]) // 2, zone_s=asked.zone_s)
    read = [read_log(path, hints) for path in logs]
    given = _study(read, targets, housekeeping, span=span, seed=asked.seed)
    outcome = analyse(given, claims=set(asked.claims), seed=asked.seed)
    if given.observation.offset is None and asked.zone_s is not None:
        outcome = _hinted(outcome, logs, (targets, housekeeping), span=span, seed=asked.seed)
    outcome = _independent(outcome, given, read, (targets, housekeeping), span=span, seed=asked.seed)
    return Tested(
        outcome=outcome,
        study=given,
        logs=tuple(read),
        device=device,
        others=others,
        captures=tuple({"name": each.name, "sha256": each.sha256} for each in case.captures),
    )


def _span(case: Case) -> tuple[int, int]:
    edges = [edge for each in case.captures for edge in (each.first_ns, each.last_ns) if edge is not None]
    if not edges:
        raise UsageError("the case holds no packet with a time, so nothing can be placed beside an event")
    return min(edges), max(edges)


def _device(case: Case, wanted: str | None) -> tuple[str, int]:
    """Give the device's label and how many others there are."""
    counts: dict[str, int] = {}
    for columns in columns_of(case.transmissions):
        column = columns.words["device"]
        for code, count in zip(*np.unique(np.asarray(column.codes), return_counts=True), strict=True):
            name = column.things[int(code)]
            counts[name] = counts.get(name, 0) + int(count)
    if not counts:
        raise UsageError("nothing was sent in this case, so there is nothing that an event could set off")
    if wanted is None:
        return max(sorted(counts), key=lambda name: counts[name]), len(counts) - 1
    fitting = sorted(name for name in counts if wanted.lower() in name.lower())
    if len(fitting) != 1:
        raise UsageError(
            f"{len(fitting)} devices of the case are called so",
            where=wanted,
            expected=", ".join(sorted(counts)[:20]),
        )
    return fitting[0], len(counts) - 1


def _times(case: Case, device: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Give per destination when something was sent to it, and when the phone did its housekeeping."""
    pieces: dict[str, list[np.ndarray]] = {}
    house: list[np.ndarray] = []
    for columns in columns_of(case.transmissions):
        words = {name: columns.words[name] for name in ("device", "host", "ip", "protocol", "scope")}
        own = np.asarray(words["device"].codes) == _index(words["device"].things, device)
        keeping = np.isin(
            np.asarray(words["protocol"].codes), _indices(words["protocol"].things, HOUSEKEEPING)
        )
        distant = np.isin(
            np.asarray(words["scope"].codes),
            _indices(words["scope"].things, {"internet", "operator-core", ""}),
        )
        times = columns.numbers["time_ns"]
        house.append(times[own & keeping])
        rows = np.flatnonzero(own & ~keeping & distant)
        host, ip = (np.asarray(words[name].codes)[rows].astype(np.int64) for name in ("host", "ip"))
        pairs = host * (len(words["ip"].things) + 1) + ip
        for pair in np.unique(pairs).tolist():
            place = divmod(pair, len(words["ip"].things) + 1)
            name = words["host"].things[place[0]] or words["ip"].things[place[1]]
            pieces.setdefault(name, []).append(times[rows[pairs == pair]])
    return (
        {name: np.concatenate(parts) for name, parts in sorted(pieces.items())},
        np.concatenate(house) if house else np.zeros(0, dtype=np.int64),
    )


def _index(things: list[Any], wanted: str) -> int:
    return things.index(wanted) if wanted in things else -1


def _indices(things: list[Any], wanted: frozenset[str] | set[str]) -> list[int]:
    return [index for index, each in enumerate(things) if each in wanted]


def _study(  # noqa: PLR0913  (all that a study is made of)
    logs: Sequence[DeviceLog],
    targets: dict[str, np.ndarray],
    housekeeping: np.ndarray,
    *,
    span: tuple[int, int],
    seed: int,
    without: str = "",
) -> Study:
    pooled = [column for name, column in targets.items() if name != without]
    if without in targets:  # looking up its name is no anchor either
        housekeeping = housekeeping[~_beside(housekeeping, np.sort(targets[without]))]
    return study(
        merged(logs),
        [sample for log in logs for sample in log.samples],
        targets,
        span_ns=span,
        anchors_ns=np.concatenate([housekeeping, *pooled]),
        chance=np.random.default_rng(seed),
    )


def _beside(times: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Tell which times lie up to five seconds before one of some sorted moments, or a second behind."""
    first = np.searchsorted(own, times - LOOKED_UP_NS[1])
    last = np.searchsorted(own, times + LOOKED_UP_NS[0], side="right")
    out: np.ndarray = last > first
    return out


def _hinted(
    outcome: Outcome,
    logs: Sequence[str | Path],
    columns: tuple[dict[str, np.ndarray], np.ndarray],
    *,
    span: tuple[int, int],
    seed: int,
) -> Outcome:
    """Say which time zone would fit, where the one that was told does not."""
    hints = Hints(near_ns=(span[0] + span[1]) // 2)
    offset = _study(
        [read_log(path, hints) for path in logs], *columns, span=span, seed=seed
    ).observation.offset
    if offset is None or not offset.zone_s:
        return outcome
    hours, minutes = divmod(round(abs(offset.zone_s) / 60), 60)
    told = f"{'-' if offset.zone_s < 0 else '+'}{hours:02}:{minutes:02}"
    return msgspec.structs.replace(
        outcome, blocked=f"{outcome.blocked}; with --zone {told} the log would fit"
    )


def _independent(  # noqa: PLR0913  (all that a study is made of)
    outcome: Outcome,
    given: Study,
    logs: Sequence[DeviceLog],
    columns: tuple[dict[str, np.ndarray], np.ndarray],
    *,
    span: tuple[int, int],
    seed: int,
) -> Outcome:
    """Take a claim back where the clock's offset does not hold without the destination claimed."""
    own = given.observation.offset
    if own is None or own.anchors == 0 or any(log.samples for log in logs):
        return outcome
    linked = {"coupled", "coupled-and-specific"}
    slots = [event for log in logs for event in log.events if event.kind in {"stimulus", "sham"}]
    if any(event.clock == "device" for event in slots):
        linked.add("caused")
    claimed = {each.destination for each in outcome.triggers if each.verdict in linked}
    doubtful = set()
    for name in sorted(claimed):
        offset = _study(logs, *columns, span=span, seed=seed, without=name).observation.offset
        if offset is None or abs(offset.seconds - own.seconds) > offset.bound_s + own.bound_s:
            doubtful.add(name)
    if not doubtful:
        return outcome
    changed = [
        _taken_back(each) if each.destination in doubtful and each.verdict in linked else each
        for each in outcome.triggers
    ]
    return msgspec.structs.replace(outcome, triggers=tuple(changed))


def _taken_back(each: Trigger) -> Trigger:
    counted = each.sentence.partition(": ")[0] if ": " in each.sentence else each.sentence
    because = {
        "name": "clock",
        "standing": "not excluded",
        "because": "without this destination the offset of the clocks is another, or none",
    }
    return msgspec.structs.replace(
        each,
        verdict="cannot-tell",
        through="",
        sentence=f"{counted}: {clauses('cannot-tell', through='', more=None)}; the clocks cannot be compared",
        rivals=(because, *each.rivals),
    )


def document(tested: Tested) -> dict[str, Any]:
    """Give everything as one document of plain types."""
    observation, outcome = tested.study.observation, tested.outcome
    offset = observation.offset
    return {
        "format": FORMAT,
        "captures": list(tested.captures),
        "device": tested.device,
        "other_devices": tested.others,
        "observation": {
            "begin_ns": observation.begin_ns,
            "end_ns": observation.end_ns,
            "events": {kind: len(at) for kind, at in sorted(tested.study.events.items())},
            "left_out": dict(sorted(observation.left_out.items())),
            "sessions": None if tested.study.sessions is None else len(tested.study.sessions),
            "destinations": len(tested.study.bursts),
        },
        "clock": None
        if offset is None
        else {
            "offset_s": round(offset.seconds, 3),
            "bound_s": round(offset.bound_s, 3),
            "how": offset.how,
            "anchors": offset.anchors,
            "zone_s": offset.zone_s,
        },
        "logs": [
            {
                "name": log.name,
                "sha256": log.sha256,
                "format": log.format,
                "records": log.records,
                "events": len(log.events),
                "first_ns": log.first_ns,
                "last_ns": log.last_ns,
                "remarks": msgspec.to_builtins(log.remarks),
            }
            for log in tested.logs
        ],
        "tested": outcome.tested,
        "left_out": outcome.left_out,
        "blocked": outcome.blocked,
        "beacons": {name: msgspec.to_builtins(found) for name, found in sorted(outcome.beacons.items())},
        "triggers": msgspec.to_builtins(list(outcome.triggers)),
    }
