"""From sightings to findings: which sightings are one entry, what proves it, and what its grade is."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.model import GRADES, Also, Capture, Flow, Grade, Message, Sighting
from vitne.model.findings import Delivery, Direction, Protection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model.messages import Node

_MOST_SPELLING = 4096


class Setting(msgspec.Struct, kw_only=True):
    """Everything about one message that its findings share."""

    capture: Capture
    flow: Flow
    message: Message
    direction: Direction
    frames: tuple[int, int]  # first and last frame of the message
    time_ns: int
    raw: Callable[[int, int], bytes]  # bytes of a stream or datagram range
    frames_of: Callable[[int, int], tuple[int, ...]]  # frames that hold a stream or datagram range
    host: tuple[str, str] = ("", "none")  # name of the far end as its flow tells it, and how it is known
    delivery: Delivery = "unknown"
    answer: str = ""
    under: Callable[[int, int], tuple[int, int]] | None = (
        None  # stream range of the records that hold a range
    )

    def let_go(self) -> None:
        """Let go of the bytes of the message, which the finding no longer needs."""
        self.raw = self.frames_of = _gone
        self.under = None
        self.message = msgspec.structs.replace(self.message, parts=(), names=(), facts=())


def _gone(start: int, end: int) -> Any:
    raise LookupError(f"bytes {start} to {end} were let go")


class Draft(msgspec.Struct, kw_only=True):
    """A finding whose destination and labels are not settled yet.  Holds no node, so that bytes can go."""

    setting: Setting
    identifier: str
    value: str
    spelling: str
    seed: str | None
    field: str
    grade: Grade
    evalue: float | None
    reasons: tuple[str, ...]
    verified: bool
    protection: Protection
    frames: tuple[int, ...]
    layers: tuple[dict[str, Any], ...]
    value_range: tuple[int, int]
    stream_range: tuple[int, int]
    sender: str | None
    depth: int  # how many of the layers are nodes; the rest are codecs of the spelling
    records: tuple[int, int] | None = None  # stream range of the records that were opened for it
    also: tuple[Also, ...] = ()
    also_ranges: tuple[tuple[int, int], ...] = ()  # stream range of each further spelling


def _rank(draft: Draft) -> tuple[Any, ...]:
    """Order spellings of one value: strongest grade, verified, read by layers, named, shortest, first."""
    unread = len(draft.layers) - draft.depth
    return (
        -GRADES.index(draft.grade),
        not draft.verified,
        unread,
        not draft.field,
        len(draft.layers),
        draft.stream_range,
    )


def _one(sighting: Sighting, setting: Setting) -> Draft:
    node: Node = sighting.node
    start, end = node.place(sighting.start, sighting.end)
    spelled = node.data[sighting.start : sighting.end]
    untouched = node.part.exact and setting.raw(start, end) == spelled
    grade = sighting.grade
    if grade == "observed" and not untouched:
        grade = "derived"
    codecs = [codec for codec, _ in sighting.spelling_layers]
    clear = node.readable and not any(codec != "text" for codec in codecs)
    return Draft(
        setting=setting,
        identifier=sighting.identifier,
        value=sighting.value,
        spelling=text_of(spelled[:_MOST_SPELLING]),
        seed=sighting.seed.name if sighting.seed is not None and sighting.seed.origin == "subject" else None,
        field=sighting.field or node.field,
        grade=grade,
        evalue=sighting.evalue,
        reasons=sighting.reasons,
        verified=sighting.spelling_verified and node.rewraps(),
        protection="decrypted" if setting.flow.decrypted or _keyed(node) else "clear" if clear else "encoded",
        frames=setting.frames_of(start, end),
        layers=_layers(sighting, setting.message.protocol),
        value_range=(sighting.start, sighting.end),
        stream_range=(start, end),
        sender=sighting.sender,
        depth=node.depth + 1,
        records=setting.under(start, end) if setting.under is not None else None,
    )


def _keyed(node: Node) -> bool:
    """Say whether a layer was opened with a key of a cipher."""
    while node.parent is not None:
        if getattr(node.encoding, "keyed", False):
            return True
        node = node.parent
    return False


def from_wire(one: Draft) -> tuple[dict[str, Any], ...]:
    """Give the layers from the wire on: first the records or packets, where they were opened."""
    if one.records is None:
        return one.layers
    tls = one.setting.flow.transport == "tcp"
    codec, path = ("tls", "application-data") if tls else ("quic", "stream")
    return ({"codec": codec, "path": path, "range": list(one.records)}, *one.layers)


def _layers(sighting: Sighting, protocol: str) -> tuple[dict[str, Any], ...]:
    rows = []
    for layer in sighting.node.path(protocol):
        row: dict[str, Any] = {"codec": layer.codec, "path": layer.path, "range": [layer.start, layer.end]}
        if layer.params:
            row["params"] = {name: plain(value) for name, value in layer.params}
        rows.append(row)
    at = [sighting.start, sighting.end]
    for codec, params in sighting.spelling_layers:
        row = {"codec": codec, "path": "", "range": at}
        if params:
            row["params"] = {name: plain(value) for name, value in params}
        rows.append(row)
        at = [0, at[1] - at[0]]
    return tuple(rows)


def plain(value: Any) -> Any:
    """Give a parameter as JSON can hold it."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def text_of(data: bytes) -> str:
    """Give bytes as text where they are text, as spaced hex else."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data.hex(" ")
    return text if text.isprintable() or not text else data.hex(" ")


def draft(sightings: Iterable[Sighting], setting: Setting) -> list[Draft]:
    """Make one draft per value and identifier of a message; further spellings go into ``also``."""
    entries: dict[tuple[str, ...], list[Draft]] = {}
    for one in _resolved([_one(sighting, setting) for sighting in sightings]):
        of_field = one.field if one.identifier == "device-attribute" else ""
        entries.setdefault((one.identifier, one.value, of_field), []).append(one)
    result = []
    for drafts in entries.values():
        drafts.sort(key=_rank)
        first, rest = drafts[0], drafts[1:]
        names = {one.seed for one in drafts if one.seed}
        first.seed = first.seed or (min(names) if names else None)
        first.sender = first.sender or next((one.sender for one in rest if one.sender), None)
        first.reasons = tuple(
            dict.fromkeys(
                [
                    *first.reasons,
                    *(r for one in rest if one.stream_range == first.stream_range for r in one.reasons),
                ]
            )
        )
        reach = -1  # end of the furthest spelling so far: ten thousand of them are not compared in pairs
        also: list[Also] = []
        ranges: list[tuple[int, int]] = []
        for one in sorted(rest, key=lambda each: each.stream_range):
            if one.stream_range[0] < reach or _overlap(one.stream_range, first.stream_range):
                continue
            reach = max(reach, one.stream_range[1])
            also.append(Also(frames=one.frames, layers=from_wire(one), field=one.field))
            ranges.append(one.stream_range)
        first.also, first.also_ranges = tuple(also), tuple(ranges)
        result.append(first)
    result.sort(key=lambda one: (one.stream_range, one.identifier))
    return result


def restated(drafts: Iterable[Draft], setting: Setting) -> list[Draft]:
    """Give the drafts of a message as those of another that says the same at the same offsets."""
    return [_restated(one, setting) for one in drafts]


def _restated(one: Draft, setting: Setting) -> Draft:
    """Give a copy of a draft as one of another message."""
    again = copy(one)
    again.setting, again.frames = setting, setting.frames_of(*one.stream_range)
    if one.also:
        again.also = tuple(
            msgspec.structs.replace(also, frames=setting.frames_of(*place))
            for also, place in zip(one.also, one.also_ranges, strict=True)
        )
    return again


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _strength(one: Draft) -> tuple[int, int]:
    return (GRADES.index(one.grade), one.seed is not None)


def _resolved(drafts: list[Draft]) -> list[Draft]:
    """Where sightings claim the very same bytes, keep the better proven one.

    Known values beat declared fields, which beat patterns; a declared field's name and sender are kept on the
    known value, so that the finding says both.  Equally proven rivals of different identifiers both stay.
    """
    nests: dict[tuple[Any, ...], list[Draft]] = {}
    for one in sorted(drafts, key=_strength, reverse=True):
        nest = nests.setdefault(
            tuple((layer["codec"], *layer["range"]) for layer in one.layers[: one.depth]), []
        )
        if not any(_beats(other, one) for other in nest):
            nest.append(one)
    return [one for nest in nests.values() for one in nest]


def _beats(other: Draft, one: Draft) -> bool:
    """Say whether a stronger draft stands for a weaker one; what the weaker knows beyond it is kept."""
    inside = other.value_range[0] <= one.value_range[0] and one.value_range[1] <= other.value_range[1]
    alike = other.identifier == one.identifier and _overlap(other.value_range, one.value_range)
    if not (inside or alike):
        return False
    if other.identifier != one.identifier and _strength(other) == _strength(one):
        return False
    other.sender = other.sender or one.sender
    if other.identifier == one.identifier:
        other.reasons = tuple(dict.fromkeys([*other.reasons, *one.reasons]))
    return True
