"""From the values of fields to roles: messages grouped by kind, fields by their way, boots by device."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from vitne.identify.fields import last_step
from vitne.learn.roles import Run, Verdict, role_of, runs_of
from vitne.learn.shape import SCHEMA, Learned, LearnedField, Lesson
from vitne.learn.values import density, pattern_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vitne.model import Finding
    from vitne.model.fields import FieldValue

__all__ = ["Learned", "LearnedField", "learn"]
MOST_FIELDS = 2000
_LEAST_BITS = 40
"""A value per device with so many bits in all may name the device; with fewer it is a property."""
_IDENTIFYING = {"per-device": "device-id", "per-boot": "session-id"}

Known = dict[tuple[int, str], str]
"""Flow and last step of a field's name -> identifier that the scan gave it."""


def known_of(findings: Iterable[Finding]) -> Known:
    """Take what a scan says of fields: the strongest word for each."""
    order = ("inferred", "declared", "derived", "observed")
    best: dict[tuple[int, str], tuple[int, str]] = {}
    for each in findings:
        if each.direction == "sent" and each.field:
            key = each.flow, last_step(each.field)
            best[key] = max(best.get(key, (-1, "")), (order.index(each.grade), each.identifier))
    return {key: word for key, (_, word) in best.items()}


def learn(
    values: Sequence[FieldValue],
    *,
    host: str,
    boots: Mapping[str, Sequence[int]],
    known: Known,
    unreadable: int = 0,
) -> Learned:
    """Learn from the values that were sent to one host; ``boots`` are the times of starts by device."""
    sent = [each for each in values if each.sent]
    kinds: dict[tuple[str, str], list[FieldValue]] = {}
    for each in sent:
        kinds.setdefault((each.protocol, each.message), []).append(each)
    lessons = [_lesson(kind, found, boots, known) for kind, found in sorted(kinds.items())]
    lessons.sort(key=lambda each: (-each.messages, each.message))
    devices = {each.device for each in sent}
    return Learned(
        schema=SCHEMA,
        host=host,
        hosts=tuple(sorted({each.host for each in sent})),
        captures=tuple(sorted({each.capture for each in sent})),
        devices=len(devices),
        starts=sum(len(boots.get(device, ())) for device in devices),
        unreadable=unreadable,
        lessons=tuple(lessons),
    )


def _lesson(
    kind: tuple[str, str], values: list[FieldValue], boots: Mapping[str, Sequence[int]], known: Known
) -> Lesson:
    by_path: dict[str, list[FieldValue]] = {}
    for each in values:
        by_path.setdefault(each.path, []).append(each)
    fields: list[LearnedField] = []
    changes: dict[tuple[tuple[str, int], ...], list[str]] = {}
    moving: dict[str, tuple[tuple[str, int], ...]] = {}
    for path, found in sorted(by_path.items())[:MOST_FIELDS]:
        runs = runs_of(found, boots)
        verdict = role_of(runs)
        moments = _moments(runs)
        if verdict.role in {"per-card", "per-boot"}:
            changes.setdefault(moments, []).append(path)
            moving[path] = moments
        fields.append(_field(path, found, verdict, known))
    told = [
        msgspec.structs.replace(
            each, moves_with=tuple(other for other in changes[moving[each.path]] if other != each.path)
        )
        if each.path in moving
        else each
        for each in fields
    ]
    layers = Counter(each.layers for each in values if each.layers)
    return Lesson(
        message=kind[1],
        protocol=kind[0],
        content_types=tuple(sorted({each.content_type for each in values if each.content_type})),
        decoding=layers.most_common(1)[0][0] if layers else (),
        messages=len({(each.capture, each.flow, each.frame) for each in values}),
        fields=tuple(told),
    )


def _moments(runs: Mapping[str, Run]) -> tuple[tuple[str, int], ...]:
    """Give device and time of every change of value."""
    return tuple(
        (device, run.times[at + 1])
        for device, run in sorted(runs.items())
        for at, (before, after) in enumerate(pairwise(run.values))
        if before != after
    )


def _field(path: str, found: list[FieldValue], verdict: Verdict, known: Known) -> LearnedField:
    filled = [each.value for each in found if each.value]
    identifier, by = _identifier(found, verdict, known)
    first = found[0]
    return LearnedField(
        path=path,
        name=first.name,
        role=verdict.role,
        sure=verdict.sure,
        because=verdict.because,
        p=verdict.p,
        identifier=identifier,
        identified_by=by,
        shape=shape_of(filled),
        pattern=pattern_of(sorted(set(filled))),
        filled=len(filled),
        messages=len({(each.capture, each.flow, each.frame) for each in found}),
        moves_with=(),
        declared=bool(first.layers and first.name),
    )


def _identifier(found: list[FieldValue], verdict: Verdict, known: Known) -> tuple[str, str]:
    """Give the identifier that the scan names in at least half of the messages, else the one of the role."""
    words = Counter(
        word for each in found if (word := known.get((each.flow, last_step(each.name)))) is not None
    )
    if words:
        word, count = words.most_common(1)[0]
        if 2 * count >= len(found):
            return word, f"scan: {count} of {len(found)} messages"
    if not any(each.value for each in found):
        return "", ""
    bits = min(density(each.value) * len(each.value) for each in found)
    if verdict.role in _IDENTIFYING and bits >= _LEAST_BITS and verdict.sure:
        return _IDENTIFYING[verdict.role], "role"
    return "device-attribute", "role"
