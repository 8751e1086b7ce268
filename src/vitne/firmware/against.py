"""Two firmware documents compared: what is gone, new or changed, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from vitne.firmware.shape import Image, Spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.shape import Component, Firmware, Unit

SCHEMA = "vitne-firmware-changes/1"
What = Literal[
    "unit",
    "version",
    "shared user",
    "permission",
    "component",
    "host",
    "field name",
    "call",
    "known sender",
    "signer",
    "flag",
    "market",
]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not the same in both."""

    verdict: Literal["gone", "new", "changed"]  # what became of it
    what: What  # what kind of thing
    unit: str  # package or file it belongs to, "" for the build itself
    name: str  # which
    before: str  # how it was; "" where it was not
    after: str  # how it is; "" where it is not
    spot: Spot  # where it stands in the newer, or where it stood in the older


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What changed between two firmwares."""

    schema: str  # name and version of this document
    before: tuple[Image, ...]  # the older
    after: tuple[Image, ...]  # the newer
    changes: tuple[Changed, ...]  # sorted by unit, kind and name
    counts: dict[str, int]  # verdict -> how many
    notes: tuple[str, ...]  # where one of the two could not be read alike


Entry = tuple[str, Spot]
"""How a thing is written, and where it stands."""


def changes(before: Firmware, after: Firmware) -> Changes:
    """Compare two firmwares; packages are the same by their name, other files by their path."""
    found: list[Changed] = []
    old, new = _by_key(before), _by_key(after)
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            found.append(_whole("gone", old[key]))
        elif key not in old:
            found.append(_whole("new", new[key]))
        else:
            found += _parts(old[key], new[key])
    flags = ({flag.name: (flag.value, flag.spot) for flag in each.flags} for each in (before, after))
    found += _differences("flag", "", next(flags), next(flags))
    counts = {
        verdict: sum(each.verdict == verdict for each in found) for verdict in ("gone", "new", "changed")
    }
    return Changes(
        schema=SCHEMA,
        before=before.images,
        after=after.images,
        changes=tuple(sorted(found, key=lambda each: (each.unit, each.what, each.name, each.verdict))),
        counts=counts,
        notes=tuple(_notes(before, after)),
    )


def _by_key(firmware: Firmware) -> dict[str, Unit]:
    """Give the units by package, or by path behind the image they lie in."""
    found: dict[str, Unit] = {}
    for unit in firmware.units:
        if unit.kind == "text" and not unit.senders and not unit.endpoints:
            continue
        name = unit.name if unit.kind == "package" else unit.path.partition("!/")[2] or unit.path
        key, number = name, 1
        while key in found:
            number += 1
            key = f"{name} ({number})"
        found[key] = unit
    return found


def _whole(verdict: Literal["gone", "new"], unit: Unit) -> Changed:
    told = "; ".join(unit.because) or unit.path
    return Changed(
        verdict=verdict,
        what="unit",
        unit=unit.name,
        name=f"{unit.kind} {unit.name}",
        before=told if verdict == "gone" else "",
        after=told if verdict == "new" else "",
        spot=Spot(path=unit.path),
    )


def _parts(old: Unit, new: Unit) -> Iterator[Changed]:
    """Compare two units, kind of thing by kind of thing."""
    for (what, before), (_, after) in zip(_things(old), _things(new), strict=True):
        yield from _differences(what, new.name, before, after)


def _things(unit: Unit) -> Iterator[tuple[What, dict[str, Entry]]]:
    whole = Spot(path=unit.path)
    yield "version", {"version": (unit.version, whole)} if unit.version else {}
    yield "shared user", {"shared user": (unit.shared_uid, whole)} if unit.shared_uid else {}
    yield "permission", {each.name: (each.name, each.spot) for each in unit.permissions}
    yield "component", {f"{each.kind} {each.name}": (_told(each), each.spot) for each in unit.components}
    yield "host", {each.host: (each.host, each.spots[0]) for each in unit.endpoints}
    yield "field name", {each.name: (", ".join(each.identifiers), each.spots[0]) for each in unit.fields}
    yield "call", {each.name: (each.gives, each.spot) for each in unit.calls}
    yield "known sender", {each.id: (each.grade, each.evidence[0].spot) for each in unit.senders}
    yield "signer", {each.sha256: (each.subject, each.spot) for each in unit.signers}
    yield "flag", {each.name: (each.value, each.spot) for each in unit.flags}
    yield "market", {each.market: (each.evidence.text, each.evidence.spot) for each in unit.markets}


def _told(component: Component) -> str:
    """Write what of a component decides whether and when it runs."""
    wakes = f"woken by {', '.join(component.wakes)}; " if component.wakes else ""
    return f"{wakes}enabled {component.enabled}; exported {component.exported or 'as by default'}"


def _differences(
    what: What, unit: str, before: dict[str, Entry], after: dict[str, Entry]
) -> Iterator[Changed]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None and old[0] == new[0]:
            continue
        spot = new[1] if new is not None else old[1] if old is not None else Spot(path="")
        yield Changed(
            verdict="new" if old is None else "gone" if new is None else "changed",
            what=what,
            unit=unit,
            name=name,
            before=old[0] if old else "",
            after=new[0] if new else "",
            spot=spot,
        )


def _notes(before: Firmware, after: Firmware) -> Iterator[str]:
    for word, each in (("older", before), ("newer", after)):
        if each.not_read:
            count = each.counts["parts not read"]
            told = f"Parts of the {word} that could not be read: {count}"
            yield f"{told}; what seems gone or new may stand there"
    yield "That a thing is gone from the image does not show that it is gone from phones of another build."
