"""From what was read to the document: the market, what belongs to another one, counts and limits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from vitne.catalog import firmware as known
from vitne.firmware.shape import SCHEMA, Evidence, Firmware, Market, Odd

if TYPE_CHECKING:
    from vitne.firmware.reading import Reading
    from vitne.firmware.shape import Flag, Unit

_REGION = ("property ro.product.locale.region", "property ro.csc.country.iso", "property ro.boot.country")
_LOCALE = ("property ro.product.locale", "property ro.product.vendor.locale")


def judged(reading: Reading, market: str) -> Firmware:
    """Put the document together."""
    units = tuple(sorted((each.unit() for each in reading.drafts), key=lambda unit: (unit.path, unit.kind)))
    flags = tuple(sorted(reading.flags, key=lambda flag: (flag.spot.path, flag.spot.offset or 0)))
    own, source = _market(flags, market)
    oddities = [*reading.oddities, *_foreign(units, own), *_told_otherwise(flags, own)]
    return Firmware(
        schema=SCHEMA,
        images=tuple(reading.images),
        market=own,
        market_source=source,
        units=units,
        flags=flags,
        counts=_counts(reading, units),
        oddities=tuple(sorted(oddities, key=lambda odd: (odd.spot.path, odd.name, odd.note))),
        not_read=tuple(sorted(reading.not_read, key=lambda each: (each.path, each.note))),
        notes=tuple(_notes(reading, own)),
    )


def _market(flags: tuple[Flag, ...], given: str) -> tuple[str, str]:
    """Give the market of the build: as the user says, else by its properties."""
    if given:
        return given.upper(), "given with --market"
    values = {flag.name: flag.value for flag in reversed(flags)}
    for name in _REGION:
        if len(values.get(name, "")) == 2:
            return values[name].upper(), name
    for name in _LOCALE:
        region = values.get(name, "").replace("_", "-").rpartition("-")[2]
        if len(region) == 2 and region.isalpha() and region != values.get(name, ""):
            return region.upper(), name
    return "", ""


def _foreign(units: tuple[Unit, ...], own: str) -> list[Odd]:
    """Tell of parts that are marked for another market than the build's."""
    if not own:
        return []
    found = []
    for unit in units:
        certain = [mark for mark in unit.markets if mark.market != own and _weighs(mark, unit)]
        for market in sorted({mark.market for mark in certain}):
            mark = next(each for each in certain if each.market == market)
            note = f"{unit.name} has marks of the market {market}, and the build is for {own}: {mark.because}"
            found.append(Odd(name="firmware-other-market", note=note, spot=mark.evidence.spot))
    return found


def _told_otherwise(flags: tuple[Flag, ...], own: str) -> list[Odd]:
    """Tell of properties that are marks of another market than the one given."""
    marks = [mark for mark in market_marks(flags) if own and mark.market != own]
    notes = {
        f"{mark.evidence.text} marks the market {mark.market}, and the build is for {own}": mark
        for mark in marks
    }
    return [
        Odd(name="firmware-other-market", note=note, spot=mark.evidence.spot) for note, mark in notes.items()
    ]


def _weighs(mark: Market, unit: Unit) -> bool:
    """Say whether a mark tells by itself: a text or host does, resources for a network alone do not."""
    if mark.evidence.kind != "resource":
        return True
    return any(other.market == mark.market and other.evidence.kind != "resource" for other in unit.markets)


def _counts(reading: Reading, units: tuple[Unit, ...]) -> dict[str, int]:
    kinds = Counter(unit.kind for unit in units)
    return {
        "files": sum(image.files for image in reading.images),
        "packages": kinds["package"],
        "programs and libraries": kinds["program"] + kinds["library"],
        "archives of code": kinds["code"],
        "files of texts": kinds["text"],
        "could send": sum(unit.could_send for unit in units),
        "woken by themselves": sum(any(each.wakes for each in unit.components) for unit in units),
        "with marks of known senders": sum(bool(unit.senders) for unit in units),
        "parts not read": reading.lost,
    }


def _notes(reading: Reading, own: str) -> list[str]:
    notes = [
        "That a part could send is read from what stands in it; that it did send, only a capture shows.",
        "Hosts and names that are put together at run time, or that stand there enciphered, are not found.",
        "Certificates are read; that a signature holds is not checked.",
    ]
    if not own:
        notes.append(
            "No property says which market the build is for; --market tells, and marks are judged by it."
        )
    if reading.lost:
        notes.append(f"Parts that could not be read: {reading.lost}; what stands in them is unknown.")
    return notes


def market_marks(flags: tuple[Flag, ...]) -> tuple[Market, ...]:
    """Give the marks of markets among the properties of a build."""
    found = []
    for row in known.marks():
        if row.kind == "property":
            for flag in flags:
                if flag.name == f"property {row.name}" and flag.value in row.values:
                    evidence = Evidence(kind="property", text=f"{flag.name}={flag.value}", spot=flag.spot)
                    found.append(Market(market=row.market, because=row.because, evidence=evidence))
    return tuple(found)
