"""The document of a firmware image as text for a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.shape import Evidence, Firmware, Spot, Unit

_LONGEST = 240
_SENDERS = 8
_UNITS = 40
_HOSTS = 8
_LOST = 8


def text(firmware: Firmware, *, everything: bool = False) -> Iterator[str]:
    """Give the lines: what was read, who could send and why, what is odd, what is unknown."""
    for image in firmware.images:
        yield f"{_safe(image.name)}: {image.format}, {image.size:,} bytes, {image.files:,} files inside"
        yield f"  sha256 {image.sha256}"
    market = f"{firmware.market} ({firmware.market_source})" if firmware.market else "not told"
    counts = firmware.counts
    yield (
        f"{counts['packages']} packages, {counts['programs and libraries']} programs and libraries that name "
        f"something; {counts['could send']} could send; market of the build: {_safe(market)}"
    )
    for odd in firmware.oddities:
        yield ""
        yield f"Odd: {_safe(odd.note)}"
        yield f"     {where(odd.spot)}"
    yield from _units(firmware, everything=everything)
    yield from _unread(firmware)
    yield ""
    yield from firmware.notes


def _units(firmware: Firmware, *, everything: bool) -> Iterator[str]:
    shown = [unit for unit in firmware.units if unit.could_send or everything]
    shown.sort(key=lambda unit: (not unit.senders, not unit.markets, unit.path))
    if not shown:
        yield ""
        yield "Nothing that was read could send."
        if firmware.not_read:
            yield "What could not be read is told below: whether that could, nobody can tell."
    for unit in shown if everything else shown[:_UNITS]:
        yield ""
        yield from _unit(unit, everything=everything)
    if len(shown) > _UNITS and not everything:
        yield ""
        yield f"and {len(shown) - _UNITS} more that could send; --verbose lists them, --json holds all."


def _unit(unit: Unit, *, everything: bool) -> Iterator[str]:
    version = f" {unit.version}" if unit.version else ""
    yield f"{_safe(unit.name)}{_safe(version)}  [{unit.kind}]"
    yield f"  {_safe(unit.path)}"
    for line in unit.because:
        yield f"  - {_safe(line)}"
    for sender in unit.senders:
        yield f"  known sender {sender.id}: {sender.found} of {sender.of} names of its fields"
        for evidence in sender.evidence if everything else sender.evidence[:_SENDERS]:
            yield f"      {_evidence(evidence)}"
        if len(sender.evidence) > _SENDERS and not everything:
            yield f"      and {len(sender.evidence) - _SENDERS} more"
    for component in unit.components:
        if component.wakes:
            state = "" if component.enabled == "true" else f", enabled: {_safe(component.enabled)}"
            yield f"  {component.kind} {_safe(component.name)} woken by {', '.join(component.wakes)}{state}"
            yield f"      {where(component.spot)}"
    for endpoint in unit.endpoints if everything else unit.endpoints[:_HOSTS]:
        yield f"  host {_safe(endpoint.host)}  ({where(endpoint.spots[0])})"
    for digest, signers in groupby(unit.signers, key=lambda each: each.sha256):
        schemes = list(signers)
        words = ", ".join(dict.fromkeys(each.scheme for each in schemes))
        yield f"  signed ({words}) by {_safe(schemes[0].subject)}  sha256 {digest}"


def _unread(firmware: Firmware) -> Iterator[str]:
    if not firmware.not_read:
        return
    yield ""
    yield f"Not read: {parts(firmware.counts['parts not read'])}"
    for each in firmware.not_read[:_LOST]:
        yield f"  {_safe(each.path)}: {_safe(each.note)}"
    if len(firmware.not_read) > _LOST:
        yield f"  and {firmware.counts['parts not read'] - _LOST} more; --json holds them"


def parts(count: int) -> str:
    """Write a number of parts."""
    return f"{count} part{'s' if count != 1 else ''}"


def _evidence(evidence: Evidence) -> str:
    return f"{evidence.kind} {_safe(evidence.text)}  ({where(evidence.spot)})"


def where(spot: Spot) -> str:
    """Write a place: file, byte, entry."""
    words = [_safe(spot.path)]
    if spot.offset is not None:
        words.append(f"byte {spot.offset}")
    if spot.entry:
        words.append(_safe(spot.entry))
    return ", ".join(words)


def _safe(words: str) -> str:
    return visible(words, _LONGEST)
