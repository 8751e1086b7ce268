"""``vitne recipient``: what one can learn: what lasts, what joins, what a hash hides, where one was."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.text import Text

from vitne.attribute.attribution import Asked, Attributor
from vitne.attribute.table import shipped_table
from vitne.cli.destinations import recipient_of
from vitne.cli.knowing import day_of, knowledge
from vitne.consequence.following import Fix, Following, follow
from vitne.consequence.hiding import Reversal, hashed, reverse
from vitne.consequence.joins import Bridge, Join, bridges, joins
from vitne.consequence.lasting import lasting
from vitne.model import Malformed, UsageError
from vitne.report import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from vitne.consequence.cells import Cells
    from vitne.model import Finding
    from vitne.store import Case

_FAR = {"internet", "operator-core"}
_PLACES = ("cell-id", "location", "bssid", "ssid")


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What one recipient can learn."""

    recipient: str
    destinations: tuple[str, ...]
    findings: int
    identifiers: tuple[dict[str, Any], ...]  # identifier, values, times, what it outlives
    joins: tuple[Join, ...]
    bridges: tuple[Bridge, ...]
    hashes: tuple[Reversal, ...]
    unhidden: tuple[str, ...]  # hashed values whose reversal was not run, and why
    following: Following | None


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
    values = _values(case, options) if options.subject or options.cells or options.reveal else {}
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
    )
    if options.json:
        document = {"format": "vitne-recipient/1", **msgspec.to_builtins(learned)}
        sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    else:
        _print(learned, fixes)
    for name, png in ((options.svg, False), (options.png, True)):
        if name:
            _draw(Path(name), fixes, reveal=options.reveal, png=png)
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


def _print(learned: Learned, fixes: Sequence[Fix]) -> None:
    from vitne.cli.terminal import Terminal

    console = Terminal()
    console.print(Text(f"What {visible(learned.recipient, 120)} can learn", style="bold"))
    where = ", ".join(visible(each, 80) for each in learned.destinations)
    console.print(Text(f"from {learned.findings} findings sent to {where}; from what was observed alone\n"))
    _print_identifiers(console, learned)
    _print_joins(console, learned)
    _print_hashes(console, learned)
    _print_following(console, learned.following, fixes)


def _print_identifiers(console: Console, learned: Learned) -> None:
    console.print(Text("Identifiers it holds", style="bold"))
    for row in learned.identifiers:
        line = f"  {row['identifier']}: {len(row['values'])} value(s), {row['times']} times"
        if "outlives" in row:
            lives = row["outlives"]
            line += f"; points at the {row['of']}; outlives the app {lives['app']}, a factory reset "
            line += f"{lives['reset']}, another SIM card {lives['card']}; resettable {row['resettable']}"
        console.print(Text(visible(line, 300)))


def _print_joins(console: Console, learned: Learned) -> None:
    console.print(Text("\nRecords it can join", style="bold"))
    for each in learned.joins:
        console.print(Text(visible(f"  {each.value}: with {', '.join(each.others)} ({each.lasts})", 300)))
    if not learned.joins:
        console.print(Text("  with no other recipient of this case: no identifier went to two of them"))
    for tie in learned.bridges:
        console.print(
            Text(
                visible(
                    f"  {tie.resettable} is tied to {tie.permanent} for ever, {tie.count} times, first in "
                    f"frames {tie.frames[0]} to {tie.frames[1]} of {tie.capture} at {tie.time}",
                    300,
                )
            )
        )


def _print_hashes(console: Console, learned: Learned) -> None:
    if not (learned.hashes or learned.unhidden):
        return
    console.print(Text("\nWhat hashes hide", style="bold"))
    for each in learned.hashes:
        how = (
            f"found again in {each.seconds:.1f} s after {each.tried:,} tries"
            if each.found
            else f"not run to its end: {each.tried:,} tries in {each.seconds:.1f} s"
        )
        console.print(
            Text(
                f"  {each.identifier} as {each.digest}: {each.space.size:,} candidates where "
                f"{each.space.assumes}; {how}; all of them take {each.whole_s:,.0f} s on this machine"
            )
        )
    for line in learned.unhidden:
        console.print(Text(f"  {line}"))


def _print_following(console: Console, following: Following | None, fixes: Sequence[Fix]) -> None:
    console.print(Text("\nCould it follow the phone?", style="bold"))
    if following is None:
        console.print(
            Text("  It got no cell, coordinate or wireless network: not from this recipient's findings.")
        )
        return
    gap = (
        "no gap to measure"
        if following.median_gap_s is None
        else f"median gap {following.median_gap_s:.0f} s, longest {following.longest_gap_s:.0f} s"
    )
    console.print(
        Text(
            f"  {following.fixes} fixes at {following.places} place(s) over {following.span_s / 3600:.2f} h "
            f"({following.per_day:.1f} a day at that rate); {gap}"
        )
    )
    for each in following.shares:
        part = 100 * each.known_s / each.of_s if each.of_s else 0.0
        right = f"if a fix is right to {each.radius_m:.0f} m ({each.assumption})"
        if not each.radius_m:
            right = "with the reach that the table or the value gives each fix"
        console.print(Text(f"  known within 1 km for {part:.0f} % of that time, {right}"))
    for word, usual in (("nights", following.night_place), ("workdays", following.work_place)):
        if usual is not None:
            console.print(Text(f"  {word}: {visible(usual[0], 60)} on {usual[1]} of {usual[2]}"))
    placed = sum(each.position is not None for each in fixes)
    console.print(Text(f"  positions known of {placed} of {len(fixes)} fixes (cells by --cells)"))
    for line in following.assumptions:
        console.print(Text(f"  assumed: {line}", style="dim"))


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
