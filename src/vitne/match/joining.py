"""Joining what was seen with what is there: by app, user, known sender, host, domain and names of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.firmware.shape import Spot
from vitne.match.sendings import sendings
from vitne.match.shape import SCHEMA, Joined, Link, Match, Part, Silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware import Firmware
    from vitne.firmware.shape import Unit
    from vitne.match.shape import Sending

_LEAST_NAMES = 3  # names of fields that a unit has to share with a sending
_SHARE = 0.6  # of the names in the sending
_LONG = 4  # letters of a name that is no word of everyday
_USERS = {1000: "android.uid.system", 1001: "android.uid.phone", 1002: "android.uid.bluetooth"} | {
    1027: "android.uid.nfc",
    1068: "android.uid.se",
}
"""Users of Android that packages share by name: AOSP android_filesystem_config.h and its own manifests."""
_ORDER = ("certain", "likely", "possible")
_MOST_PARTS = 8


def match(case: Any, firmware: Firmware) -> Match:
    """Join a case (or the masked result of a scan) and a firmware."""
    units = [_Present(unit) for unit in firmware.units if unit.kind != "text"]
    joined = []
    fitting: set[str] = set()
    touched: dict[str, set[str]] = {}
    for sending in sendings(case):
        parts = sorted(
            (part for unit in units if (part := _part(sending, unit)) is not None),
            key=lambda part: (_ORDER.index(part.strength), -len(part.links), part.path),
        )
        if not sending.readable:
            for part in parts:
                touched.setdefault(part.path, set()).add(sending.host)
            continue
        for part in parts:
            if part.strength != "possible" or len(parts) == 1:
                fitting.add(part.path)
        joined.append(_joined(sending, parts))
    silent = tuple(
        _silent(each.unit, touched.get(each.unit.path, set()))
        for each in units
        if each.unit.could_send and each.unit.path not in fitting
    )
    rows = [*(each.verdict for each in joined), *(each.verdict for each in silent)]
    return Match(
        schema=SCHEMA,
        captures=tuple((each.name, each.sha256) for each in case.captures),
        images=firmware.images,
        joined=tuple(joined),
        silent=silent,
        counts={verdict: rows.count(verdict) for verdict in dict.fromkeys(rows)},
        notes=tuple(_notes(case, firmware)),
    )


class _Present:
    """A unit, and what is asked of it for every sending."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.hosts = {endpoint.host: endpoint.spots for endpoint in unit.endpoints}
        self.domains = {each.domain: each.spots for each in reversed(unit.endpoints) if each.domain}
        self.names: dict[str, Spot] = {each.name: each.spots[0] for each in unit.fields}
        for sender in unit.senders:
            self.names |= {each.text: each.spot for each in sender.evidence if each.kind == "field"}


def _joined(sending: Sending, parts: list[Part]) -> Joined:
    if parts:
        best = parts[0]
        words = ", ".join(f"{link.by} {link.text}" for link in best.links)
        more = f"; {len(parts) - 1} more parts fit less well" if len(parts) > 1 else ""
        return Joined(
            verdict="seen sending and present",
            sending=sending,
            parts=tuple(parts[:_MOST_PARTS]),
            why=f"{best.unit} fits ({best.strength}): {words}{more}",
        )
    known = []
    if sending.app:
        known.append(f"package {sending.app}")
    if sending.uid is not None:
        known.append(f"user {sending.uid}")
    known.append(f"host {sending.host}")
    if sending.fields:
        known.append("names " + ", ".join(sending.fields[:8]))
    return Joined(
        verdict="sending from nothing we found",
        sending=sending,
        parts=(),
        why="nothing that was read has any of: " + "; ".join(known),
    )


def _part(sending: Sending, present: _Present) -> Part | None:
    """Give what a unit has in common with a sending, None for nothing."""
    unit = present.unit
    links = list(_links(sending, present))
    kinds = {link.by for link in links}
    if not kinds or kinds <= {"user", "domain"}:
        return None
    if sending.app and unit.kind == "package" and "app" not in kinds:
        return None  # the case knows that it was another one
    certain = "app" in kinds
    return Part(
        unit=unit.name,
        path=unit.path,
        sha256=unit.sha256,
        strength="certain" if certain else "likely" if len(kinds) > 1 else "possible",
        links=tuple(links),
    )


def _links(sending: Sending, present: _Present) -> Iterator[Link]:
    unit = present.unit
    if sending.app and unit.kind == "package" and unit.name in sending.app.split(", "):
        yield Link(by="app", text=unit.name, spots=_whole(unit))
    shared = "" if sending.uid is None else _USERS.get(sending.uid % 100_000, "")
    if shared and shared == unit.shared_uid:
        yield Link(by="user", text=shared, spots=_whole(unit))
    for sender in unit.senders:
        if sending.sender == sender.id:
            spots = tuple(each.spot for each in sender.evidence[:4])
            yield Link(by="known sender", text=sender.id, spots=spots)
    if sending.host in present.hosts:
        yield Link(by="host", text=sending.host, spots=present.hosts[sending.host])
    elif sending.domain in present.domains:
        yield Link(by="domain", text=sending.domain, spots=present.domains[sending.domain])
    yield from _names(sending, present.names)


def _names(sending: Sending, have: dict[str, Spot]) -> Iterator[Link]:
    """Compare the names of fields: those of the unit's texts, and those its known senders stand on."""
    wanted = {name for each in sending.fields if len(name := each.rpartition(".")[2]) >= _LONG}
    shared = sorted(wanted & have.keys())
    if len(shared) >= _LEAST_NAMES and len(shared) >= _SHARE * len(wanted):
        text = f"{len(shared)} of {len(wanted)}: {', '.join(shared[:8])}"
        yield Link(by="field names", text=text, spots=tuple(have[name] for name in shared[:4]))


def _whole(unit: Unit) -> tuple[Spot, ...]:
    return (Spot(path=unit.path),)


def _silent(unit: Unit, hosts: set[str]) -> Silent:
    return Silent(
        verdict="present but never seen sending",
        unit=unit.name,
        path=unit.path,
        sha256=unit.sha256,
        senders=tuple(each.id for each in unit.senders),
        wakes=tuple(sorted({wake for each in unit.components for wake in each.wakes})),
        because=unit.because,
        unreadable=tuple(sorted(hosts)),
    )


def _notes(case: Any, firmware: Firmware) -> Iterator[str]:
    yield "That a part was never seen sending holds for what this case saw: other occasions may wake it."
    total = sum(each.bytes for each in case.opaque)
    if total:
        yield f"{total} bytes of the case could not be read: a part may have sent among them."
    if getattr(case, "gaps", ()):
        yield f"The case has {len(case.gaps)} gaps in what was captured."
    if firmware.not_read:
        count = firmware.counts["parts not read"]
        yield f"Parts of the firmware that could not be read: {count}; what sent may stand there."
    if any(each.sender for each in sendings(case)) and not any(unit.senders for unit in firmware.units):
        yield (
            "The traffic is that of a known sender, and no part of the firmware has its marks: it may be "
            "an app that was installed later, a part that is put together at run time, or another build."
        )
    yield "A host or a name that a program puts together while it runs joins nothing."
