"""``vitne recipient``: what one can learn: what lasts, what joins, what a hash hides, where one was."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.attribute.attribution import Asked, Attributor
from vitne.attribute.table import shipped_table
from vitne.cli.destinations import recipient_of
from vitne.cli.knowing import day_of, knowledge
from vitne.cli.learned import print_learned
from vitne.consequence.following import Fix, Miss, follow
from vitne.consequence.hiding import Reversal, hashed, reverse
from vitne.consequence.joins import bridges, holders, joins
from vitne.consequence.lasting import lasting
from vitne.consequence.learned import Learned
from vitne.model import Malformed, UsageError
from vitne.report import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from vitne.consequence.cells import Cells
    from vitne.model import Finding
    from vitne.store import Case

_FAR = {"internet", "operator-core"}
_PLACES = ("cell-id", "location", "bssid", "ssid")


def run(options: argparse.Namespace) -> int:
    """Say what a recipient can learn."""
    from vitne.store import read_case

    case = read_case(Path(options.case))
    sent = [one for one in case.findings if one.direction == "sent"]
    of = _recipients(case, sent, options.as_of)
    own = [one for one in sent if _is_meant(one, of(one), options.name)]
    if not own:
        names = sorted(
            {of(one) for one in sent} | {one.destination.host or one.destination.ip for one in sent}
        )
        raise UsageError(
            f"nothing personal went to a recipient {options.name!r}",
            expected="one of: " + ", ".join(visible(name, 60) for name in names[:40]),
            next_step=f"vitne destinations {options.case}",
        )
    wanted = options.subject or options.cells or options.reveal or options.track
    values = _values(case, options) if wanted else {}
    cells = _cells(options.cells)
    name = of(own[0])
    fixes = [_fix(one, values, cells) for one in own if one.identifier in _PLACES]
    hashes, unhidden = _reversals(own, values)
    learned = Learned(
        recipient=name,
        destinations=tuple(sorted({one.destination.host or one.destination.ip for one in own})),
        findings=len(own),
        identifiers=tuple(_identifiers(own, values if options.reveal else {})),
        joins=tuple(joins([one for one in sent if one.scope in _FAR], of, name)),
        bridges=tuple(bridges(own)),
        hashes=tuple(hashes),
        unhidden=tuple(unhidden),
        following=follow(_once(fixes), speed=options.speed, zone_h=_hours(options.zone)) if fixes else None,
        miss=_miss(options.track, fixes),
    )
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(learned) + b"\n")
    else:
        print_learned(learned, fixes)
    for name, png in ((options.svg, False), (options.png, True)):
        if name:
            _draw(Path(name), fixes, reveal=options.reveal, png=png)
    if options.graph:
        far = [one for one in sent if one.scope in _FAR]
        _draw_graph(Path(options.graph), far, of, values if options.reveal else {})
    return 0


def _recipients(case: Case, sent: Sequence[Finding], as_of: str) -> Callable[[Finding], str]:
    """Give a function from a finding to the name its destination is grouped under."""
    places = list(dict.fromkeys((one.destination.ip, one.destination.host) for one in sent))
    attributor = Attributor(knowledge(), Asked(as_of=day_of(as_of, case)))
    named = {}
    for place, one in zip(places, attributor.attribute(places), strict=True):
        name = recipient_of(one)
        named[place] = name if name != "unknown" else f"unknown ({place[1] or place[0]})"
    return lambda one: named[one.destination.ip, one.destination.host]


def _is_meant(one: Finding, recipient: str, word: str) -> bool:
    target = one.destination
    plain = word.strip().lower()
    known = shipped_table().all.get(plain)
    if known is not None and known.name in recipient:
        return True
    return plain in {
        recipient.lower(),
        recipient.lower().split(" (")[0],
        target.host,
        target.domain,
        target.ip,
    }


def _values(case: Case, options: argparse.Namespace) -> dict[str, str]:
    """Give the values of findings by their ids, from the captures: a case holds labels only."""
    from vitne.cli.casework import captures_of
    from vitne.identify.subject import read_subject
    from vitne.model import Subject
    from vitne.pipeline import Options, run_scan

    subject = read_subject(options.subject)[0] if options.subject else Subject()
    keys = tuple(str(each) for each in case.run.get("keys", ()))
    result = run_scan(captures_of(case, options.capture), Options(subject=subject, keys=keys, jobs=1))
    return {one.id: one.value for one in result.findings}


def _cells(file: str | None) -> Cells:
    if not file:
        return {}
    from vitne.consequence.cells import read_cells

    try:
        return read_cells(Path(file).read_bytes())
    except OSError as error:
        raise UsageError(f"the table of cells cannot be read ({error.strerror})", where=file) from error
    except Malformed as error:
        raise UsageError(
            f"this is no table of cells: {error}",
            where=file,
            expected="CSV with the head line cell,lat,lon,range",
        ) from error


def _miss(file: str | None, fixes: Sequence[Fix]) -> Miss | None:
    """Measure how far the track from the fixes lies from a true one, if one was given."""
    if not file:
        return None
    from vitne.consequence.cells import read_track
    from vitne.consequence.following import miss

    try:
        truth = read_track(Path(file).read_bytes())
    except OSError as error:
        raise UsageError(f"the track cannot be read ({error.strerror})", where=file) from error
    except Malformed as error:
        expected = "CSV with the head line time,lat,lon, times in seconds since 1970"
        raise UsageError(f"this is no track: {error}", where=file, expected=expected) from error
    found = miss(_once(fixes), truth)
    if found is None:
        raise UsageError(
            "no moment of the track lies between fixes whose place is known",
            where=file,
            next_step="give positions of cells with --cells, and a track of the same hours",
        )
    return found


def _draw_graph(
    place: Path, far: Sequence[Finding], of: Callable[[Finding], str], values: dict[str, str]
) -> None:
    """Draw which recipients hold which values, and the requests that tie them."""
    from msgspec.structs import replace

    from vitne.attribute.drawing import graph
    from vitne.cli.destinations import write_picture

    shown = [replace(one, value=values.get(one.id, one.value)) for one in far]
    ties = [
        (
            f"{tie.resettable} {tie.values[0]}",
            f"{tie.permanent} {tie.values[1]}",
            f"frames {tie.frames[0]} to {tie.frames[1]} of {tie.capture}",
        )
        for tie in bridges(shown)
    ]
    write_picture(place, graph(holders(shown, of), ties, show=visible))


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no time zone", expected="hours such as +1 or -3.5") from error
    if not -14 <= hours <= 14:
        raise UsageError(f"{text!r} is no time zone", expected="hours such as +1 or -3.5")
    return hours


def _fix(one: Finding, values: dict[str, str], cells: Cells) -> Fix:
    from vitne.consequence.cells import coordinates, position_of

    value = values.get(one.id, "")
    found = position_of(cells, value) if value else None
    if one.identifier == "location" and value:
        place = coordinates(value)
        found = (*place, 50.0) if place is not None else None
    return Fix(
        time_ns=one.time_ns,
        label=one.value,
        kind=one.identifier,
        radius_m=found[2] if found is not None else (50.0 if one.identifier == "location" else None),
        position=found[:2] if found is not None else None,
    )


def _once(fixes: Sequence[Fix]) -> list[Fix]:
    """Give one fix a message: of several in one message those with coordinates, else the first."""
    best: dict[int, Fix] = {}
    for each in fixes:
        had = best.get(each.time_ns)
        if had is None or (each.kind == "location" and had.kind != "location"):
            best[each.time_ns] = each
    return list(best.values())


def _identifiers(own: Sequence[Finding], values: dict[str, str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Finding]] = {}
    for one in own:
        groups.setdefault(one.identifier, []).append(one)
    out = []
    for identifier in sorted(groups, key=lambda each: (-len(groups[each]), each)):
        found = groups[identifier]
        known = lasting().get(identifier)
        row: dict[str, Any] = {
            "identifier": identifier,
            "kind": found[0].kind,
            "values": sorted({values.get(one.id, one.value) for one in found})[:20],
            "times": len(found),
            "first": min(one.time for one in found),
            "last": max(one.time for one in found),
            "grades": sorted({one.grade for one in found}),
        }
        if known is not None:
            row |= {
                "outlives": {
                    "app": known.outlives_app,
                    "reset": known.outlives_reset,
                    "card": known.outlives_card,
                },
                "of": known.of,
                "resettable": known.resettable,
                "because": known.because,
            }
        out.append(row)
    return out


def _reversals(own: Sequence[Finding], values: dict[str, str]) -> tuple[list[Reversal], list[str]]:
    done, left = [], []
    for one, digest in hashed(own):
        value = values.get(one.id, "")
        trial = reverse(one.identifier, value, digest, clock=time.perf_counter) if value else None
        if trial is not None:
            done.append(trial)
        elif not value:
            left.append(f"{one.identifier} as {digest}: not run without the value (give --subject)")
        else:
            left.append(f"{one.identifier} as {digest}: its values are too many or unknown to count")
    return done, left


def _draw(place: Path, fixes: Sequence[Fix], *, reveal: bool, png: bool) -> None:
    from vitne.attribute.drawing import track
    from vitne.cli.destinations import write_picture

    ordered = sorted(fixes, key=lambda each: each.time_ns)
    points = [(*each.position, each.label) for each in ordered if each.position is not None]
    if points and not reveal:
        raise UsageError(
            "a track shows where a person was",
            next_step="add --reveal to draw it, and keep the file to yourself",
        )
    write_picture(place, track(points, show=visible), png=png)
