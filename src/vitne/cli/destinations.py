"""``vitne destinations``: who got data, how far it came, how often, in which country, drawn and told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.text import Text

from vitne.attribute.attribution import Asked, Attributor
from vitne.attribute.destinations import scope_of
from vitne.attribute.documents import Destinations, Reached
from vitne.attribute.drawing import Flowing, diagram, world
from vitne.attribute.ladder import STEPS, Rungs, ladders
from vitne.attribute.table import shipped_table
from vitne.cli.knowing import day_of, knowledge
from vitne.model import CaptureError, StoreError
from vitne.report import visible
from vitne.report.words import count_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from vitne.attribute.drawing import Drawn
    from vitne.model.attribution import Attribution
    from vitne.store import Case

Pair = tuple["Rungs", "Attribution"]


def run(options: argparse.Namespace) -> int:
    """List the destinations of a case, by recipient."""
    from vitne.store import read_case

    case = read_case(Path(options.case))
    traced = _traced(case, options.capture)
    rungs = [
        each
        for each in ladders(case, traced)
        if not each.ip or scope_of(each.ip) == "internet" or each.identifiers
    ]
    attributor = Attributor(
        knowledge(),
        Asked(as_of=day_of(options.as_of, case), prefixes=traced.nat64 if traced is not None else ()),
    )
    pairs = list(zip(rungs, attributor.attribute([(each.ip, each.host) for each in rungs]), strict=True))
    if options.json:
        rows = [Reached(ladder=ladder, attribution=one) for ladder, one in pairs]
        document = Destinations(tables=attributor.used, destinations=rows)
        sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    else:
        _print(pairs, traced, case)
    for name, png in ((options.svg, False), (options.png, True)):
        if name:
            write_picture(Path(name), diagram(streams(pairs), show=visible), png=png)
    if options.map:
        write_picture(Path(options.map), _map(pairs))
    return 0


def _traced(case: Case, given: list[str]) -> Any | None:
    """Look at the captures again where they are; without them some steps are unknown."""
    from vitne.cli.casework import captures_of
    from vitne.pipeline.retrace import retrace

    try:
        return retrace(captures_of(case, given))
    except (StoreError, CaptureError) as error:
        print(
            f"vitne: without the captures, names resolved and refused connections are unknown ({error.what})",
            file=sys.stderr,
        )
        return None


def _print(pairs: Sequence[Pair], traced: Any | None, case: Case) -> None:
    from vitne.cli.terminal import Terminal

    console = Terminal()
    groups: dict[str, list[Pair]] = {}
    for rungs, one in pairs:
        groups.setdefault(recipient_of(one), []).append((rungs, one))
    order = sorted(
        groups, key=lambda name: (-sum(sum(r.identifiers.values()) for r, _ in groups[name]), name)
    )
    for name in order:
        _group(console, name, groups[name])
    if traced is not None:
        silent = traced.never_contacted({row.ip for row in case.transmissions} | set(traced.contacts))
        if silent:
            names = ", ".join(visible(host, 80) for host, _ in silent[:20])
            console.print(Text(f"\nResolved, and nothing was sent there: {names}"))
    tried = [rungs for rungs, _ in pairs if rungs.only_tried and rungs.identifiers]
    if tried:
        names = ", ".join(visible(each.host or each.ip, 80) for each in tried[:20])
        console.print(Text(f"Personal data was sent and nothing shows that it arrived: {names}"))


def recipient_of(one: Attribution) -> str:
    """Give the name a destination is grouped under: its recipients, else that none is known."""
    table = shipped_table()
    names = " / ".join(table.all[name].name for name in one.recipients) or _listed(one) or "unknown"
    stands = next((fact.value for fact in one.facts if fact.kind == "stands-for"), "")
    return f"{names} (stand-in for {stands})" if stands else names


def _listed(one: Attribution) -> str:
    """Give what lists say that a user added, each with the name of the list; "" without one."""
    said = (f for f in one.facts if f.kind == "listed-under" and "added by the user" in f.place)
    return " / ".join(f"{fact.value} [{fact.source}]" for fact in said)


def country_of(one: Attribution) -> str:
    """Give the countries that tables name, all of them where they disagree."""
    found = sorted(
        {fact.value for fact in one.facts if fact.kind in {"country-by-registry", "country-by-table"}}
    )
    return " or ".join(found) or "unknown"


def _group(console: Console, name: str, pairs: Sequence[Pair]) -> None:
    console.print(Text(f"\nRecipient: {visible(name, 120)}", style="bold"))
    for rungs, one in pairs:
        what = ", ".join(f"{identifier} {count}" for identifier, count in rungs.identifiers.items())
        what = what or (f"{rungs.opaque} bytes unreadable" if rungs.opaque else "nothing personal found")
        times = count_of(rungs.repeated.count, "time") if rungs.repeated is not None else "no message"
        where = f"{one.shown or rungs.ip}:{rungs.port}" if rungs.port else rungs.ip
        console.print(Text(f"  {visible(where, 120)}  country {country_of(one)} · {times}"))
        console.print(Text(f"    {_climbed(rungs)}", style="dim"))
        console.print(Text(f"    {visible(what, 400)}"))
    for rungs, one in pairs:
        if rungs.identifiers:
            console.print(Text(f"  {visible(one.shown or rungs.ip, 100)}: {told(rungs)}", style="dim"))


def _climbed(rungs: Rungs) -> str:
    """Say which steps the packets prove, which they exclude, and which nothing tells."""
    words = {"yes": "", "no": "not: ", "unknown": "unknown: "}
    parts = []
    for seen, lead in words.items():
        steps = [step for step in STEPS[:-1] if rungs.steps[step] == seen]
        if steps:
            parts.append(f"{lead}{', '.join(steps)}")
    return "; ".join(parts)


def told(rungs: Rungs) -> str:
    """Say in a sentence how often data went to a destination and what changed between."""
    again = rungs.repeated
    if again is None or again.count < 2:
        return "once"
    gap = "" if again.median_gap_ns is None else f", every {again.median_gap_ns / 1e9:.0f} s in the middle"
    parts = [f"{again.count} times over {(again.last_ns - again.first_ns) / 1e9:.0f} s{gap}"]
    for word, names in (
        ("changed", again.changed),
        ("came later", again.came),
        ("gone at the end", again.went),
    ):
        if names:
            parts.append(f"{word}: {', '.join(names)}")
    if len(parts) == 1:
        parts.append("the same each time")
    return "; ".join(parts)


def streams(pairs: Sequence[Pair]) -> list[Flowing]:
    """Give the streams of the diagram."""
    out = []
    for rungs, one in pairs:
        for identifier, count in rungs.identifiers.items():
            where = one.shown or rungs.ip
            out.append(
                Flowing(
                    identifier=identifier,
                    destination=where,
                    recipient=recipient_of(one),
                    country=country_of(one),
                    count=count,
                )
            )
    return out


def _map(pairs: Sequence[Pair]) -> Drawn:
    counts: dict[str, int] = {}
    unknown = 0
    for _, one in pairs:
        found = {fact.value for fact in one.facts if fact.kind in {"country-by-registry", "country-by-table"}}
        if len(found) == 1:
            country = next(iter(found))
            counts[country] = counts.get(country, 0) + 1
        else:
            unknown += 1
    return world(counts, show=visible, unknown=unknown)


def write_picture(place: Path, drawn: Drawn, *, png: bool = False) -> None:
    """Write a picture, as PNG where that or its name asks for it, and beside it the text that says the same.

    Raises StoreError, and UsageError where PNG cannot be drawn here.
    """
    data = drawn.svg.encode()
    if png or place.suffix.lower() == ".png":
        from vitne.report.formats.png import png_of

        data = png_of(drawn.svg)
    try:
        place.write_bytes(data)
        place.with_suffix(".txt").write_text(drawn.text + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"the picture cannot be written ({error.strerror})", where=str(place)) from error
    print(f"vitne: {place} and {place.with_suffix('.txt')} (the same as text)", file=sys.stderr)
