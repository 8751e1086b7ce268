"""Captures with different identities: per field, which identifier moves it, and how that is known.

Proof is a transform that was verified in two runs with different values: the scan of each run wrote that
run's own value again and got the bytes in place.  Where there is none, the pattern over runs is what is left,
with its probability.  Values of persons are compared here and never given out.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from vitne.compare.patterns import Attribution, Design, kept_prefix
from vitne.exact import holm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model.fields import FieldValue

SCHEMA = "vitne-identities/1"

How = Literal["verified", "pattern", "length", "varies", "server-assigned", "unexplained"]
Key = tuple[str, str, str, str]
"""Host, protocol, kind of message and way of a field."""
_ORDER = ("verified", "pattern", "length", "unexplained", "server-assigned", "varies")


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One field whose values are not the same in all runs."""

    host: str  # where it was sent
    protocol: str
    message: str  # kind of message
    path: str  # way to the field
    name: str  # the sender's own name
    how: How  # what is known of it
    movers: tuple[tuple[str, ...], ...]  # identifiers, or sets of them, that explain it
    transform: tuple[str, ...]  # codecs from the value to the bytes, where verified
    p: float | None  # chance of the pattern if its values were dealt anew over the runs
    corrected: float | None  # the same, corrected for all fields that were looked at (Holm)
    runs: int  # in which the field was seen
    note: str  # for a person: what the values look like, without one


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison by identity."""

    schema: str  # name and version of this document
    captures: tuple[tuple[str, str], ...]  # name and SHA-256 of each run, in order
    words: tuple[int, ...]  # which runs have the same identity
    varied: tuple[str, ...]  # identifiers that take more than one value
    inseparable: tuple[tuple[str, ...], ...]  # sets of identifiers that these runs cannot tell apart
    looked_at: int  # fields seen in two runs or more
    constant: int  # of these, fields that are the same in all runs
    moved: tuple[Moved, ...]


class RunSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One run: its identity, its fields and what its own scan verified."""

    name: str  # of the capture
    sha256: str
    profile: Mapping[str, Hashable]  # identifier as the subject names it -> its value in this run
    values: Sequence[Any]  # FieldValue of the run, sent and received
    verified: Mapping[tuple[int, int, str], frozenset[tuple[str, tuple[str, ...]]]]
    # (flow, frame, field's name) -> (identifier as the subject names it, codecs)


class _Field(msgspec.Struct, kw_only=True):
    """What the runs show of one field."""

    values: list[bytes | None]  # per run the one value, None where missing
    lengths: list[int | None]  # per run the one length
    varies: bool = False  # several values in one run
    assigned: bool = False  # the far end had said the value before
    verified: list[frozenset[tuple[str, tuple[str, ...]]]] = []
    name: str = ""


def compare_identities(runs: Sequence[RunSeen]) -> Identities:
    """Compare runs with different identities."""
    design = Design([run.profile for run in runs])
    fields = _fields(runs)
    seen = {
        key: field
        for key, field in fields.items()
        if sum(v is not None for v in field.values) > 1 or field.varies
    }
    moved = [
        _judged(key, field, design, runs)
        for key, field in sorted(seen.items())
        if field.varies or len({value for value in field.values if value is not None}) > 1
    ]
    chances = [each.p if each.p is not None else 1.0 for each in moved]
    corrected = holm(chances, looked_at=len(seen))
    told = [
        msgspec.structs.replace(each, corrected=chance if each.p is not None else None)
        for each, chance in zip(moved, corrected, strict=True)
    ]
    told.sort(key=lambda each: (_ORDER.index(each.how), each.host, each.message, each.path))
    return Identities(
        schema=SCHEMA,
        captures=tuple((run.name, run.sha256) for run in runs),
        words=tuple(word + 1 for word in design.words),
        varied=tuple(design.moving),
        inseparable=_inseparable(design),
        looked_at=len(seen),
        constant=len(seen) - len(moved),
        moved=tuple(told),
    )


def _inseparable(design: Design) -> tuple[tuple[str, ...], ...]:
    """Give the sets of identifiers that have the same pattern over the words."""
    words = sorted(set(design.words))
    alike: dict[tuple[int, ...], list[str]] = {}
    for name in design.moving:
        alike.setdefault(design.pattern_of((name,), words), []).append(name)
    return tuple(tuple(names) for names in alike.values() if len(names) > 1)


def _fields(runs: Sequence[RunSeen]) -> dict[Key, _Field]:
    """Gather the values of every field by run."""
    fields: dict[Key, _Field] = {}
    for number, run in enumerate(runs):
        said = _said_before(run.values)
        for each in run.values:
            if not each.sent:
                continue
            key = (each.host, each.protocol, each.message, each.path)
            field = fields.get(key)
            if field is None:
                field = fields[key] = _Field(
                    values=[None] * len(runs), lengths=[None] * len(runs), name=each.name
                )
                field.verified = [frozenset()] * len(runs)
            _take(field, number, each, assigned=said.get(each.value, each.time_ns) < each.time_ns)
            found = run.verified.get((each.flow, each.frame, each.name))
            if found:
                field.verified[number] = field.verified[number] | found
    return fields


def _said_before(values: Iterable[FieldValue]) -> dict[bytes, int]:
    """Give the values that the far end said, and when first."""
    said: dict[bytes, int] = {}
    for each in values:
        if not each.sent and len(each.value) > 3:
            said[each.value] = min(said.get(each.value, each.time_ns), each.time_ns)
    return said


def _take(field: _Field, number: int, each: FieldValue, *, assigned: bool) -> None:
    before = field.values[number]
    if before is None:
        field.values[number], field.lengths[number] = each.value, len(each.value)
    elif before != each.value:
        field.varies = True
        if field.lengths[number] != len(each.value):
            field.lengths[number] = -1
    field.assigned |= assigned


def _judged(key: Key, field: _Field, design: Design, runs: Sequence[RunSeen]) -> Moved:
    """Say what is known of one field."""
    proof = _proof(field, runs)
    attribution = None if field.varies or field.assigned else design.attribute(field.values)
    movers: tuple[tuple[str, ...], ...] = ()
    how: How = "unexplained"
    if proof is not None:
        how, movers = "verified", ((proof[0],),)
    elif field.assigned:
        how = "server-assigned"
    elif attribution is not None:
        how, movers = "pattern", attribution.movers
    else:
        attribution = _by_length(field, design) if field.varies else None
        how = "length" if attribution is not None else "varies" if field.varies else "unexplained"
        movers = attribution.movers if attribution is not None else ()
    return Moved(
        host=key[0],
        protocol=key[1],
        message=key[2],
        path=key[3],
        name=field.name,
        how=how,
        movers=movers,
        transform=proof[1] if proof is not None else (),
        p=attribution.p if attribution is not None else None,
        corrected=None,
        runs=sum(value is not None for value in field.values),
        note=_note(field),
    )


def _proof(field: _Field, runs: Sequence[RunSeen]) -> tuple[str, tuple[str, ...]] | None:
    """Give identifier and transform that were verified in two runs with different values."""
    met: dict[tuple[str, tuple[str, ...]], set[Hashable]] = {}
    for run, found in zip(runs, field.verified, strict=True):
        for name, codecs in found:
            met.setdefault((name, codecs), set()).add(run.profile.get(name))
    proven = sorted(which for which, values in met.items() if len(values - {None}) > 1)
    return proven[0] if proven else None


def _by_length(field: _Field, design: Design) -> Attribution | None:
    """Ask whether only the length goes with an identifier: weak evidence."""
    lengths = [None if length is None else length for length in field.lengths]
    if any(length == -1 for length in lengths):
        return None
    return design.attribute(lengths, pairs=False)


def _note(field: _Field) -> str:
    """Say what the values have in common, without giving one."""
    values = [value for value in field.values if value is not None]
    if field.varies:
        return "varies within a run"
    kept = kept_prefix(values)
    if kept is None:
        return f"{len(set(values))} values of different lengths in {len(values)} runs"
    shared, length = kept
    told = f"{len(set(values))} values of {length} bytes in {len(values)} runs"
    if shared and shared < length:
        return f"{told}, the first {shared} bytes equal: written so that places are kept"
    return told
