"""``vitne attribute``: of each destination what is known of it, each fact with its source and date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.text import Text

from vitne.attribute.attribution import Asked, Attributor
from vitne.attribute.documents import Attributed
from vitne.cli.knowing import day_of, knowledge, places_of, vantage_of
from vitne.model import UsageError
from vitne.report import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from vitne.attribute.attribution import Place
    from vitne.model.attribution import Attribution, Fact
    from vitne.store import Case

ABOUT = {
    "registrable-domain": "registrable domain",
    "domain-registrant": "registrant, as the register states it",
    "registrant-class": "what the register shows as registrant",
    "registry-contact": "contact shown by a register",
    "registrar": "registrar",
    "dns-operator": "operator of the name servers",
    "network": "network",
    "block-holder": "holder of the address block",
    "hosting-provider": "hosting",
    "country-by-registry": "country by registration",
    "country-by-table": "country by a geo table",
    "country-by-physics": "place by the time of light",
    "certificate-subject": "subject of the certificate",
    "certificate-issuer": "issuer of the certificate",
    "listed-under": "listed under",
    "stated-owner": "owner, as somebody said",
    "stands-for": "stands for",
}


def run(options: argparse.Namespace) -> int:
    """Attribute the destinations of a case."""
    from vitne.store import read_case

    case = read_case(Path(options.case))
    places = _chosen(places_of(case), options.only)
    asked = _asked(options, case, places)
    attributor = Attributor(knowledge(), asked)
    found = attributor.attribute(places)
    if options.json:
        document = Attributed(tables=attributor.used, destinations=found)
        sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
        return 0
    from vitne.cli.terminal import Terminal

    console = Terminal()
    for one in found:
        print_one(console, one)
    print_share(console, found, attributor.credited)
    return 0


def _chosen(places: list[Place], only: list[str]) -> list[Place]:
    chosen = [place for place in places if not only or place[0] in only or place[1] in only]
    if only and not chosen:
        raise UsageError(
            "no destination of this case has that name or address", expected=", ".join(only)[:200]
        )
    return chosen


def _asked(options: argparse.Namespace, case: Case, places: Sequence[Place]) -> Asked:
    vantage = vantage_of(options.vantage)
    handshakes: Mapping[Place, float] = {}
    prefixes: tuple[str, ...] = ()
    if vantage is not None and not options.answered_near:
        from vitne.cli.casework import captures_of
        from vitne.pipeline.retrace import retrace

        traced = retrace(captures_of(case, options.capture))
        handshakes, prefixes = traced.handshakes_of(places), traced.nat64
    if vantage is not None and not options.answered_near and _own_stack(case):
        print(
            "vitne: the captures were made on the phone itself or behind a VPN: handshakes are answered "
            "there, and their times are left out",
            file=sys.stderr,
        )
        handshakes = {}
    return Asked(
        as_of=day_of(options.as_of, case),
        vantage=vantage,
        handshakes_ms=handshakes,
        answered_near=bool(options.answered_near),
        prefixes=prefixes,
        answers=_answers(options, case, places),
    )


def _answers(options: argparse.Namespace, case: Case, places: Sequence[Place]) -> dict[str, list[Fact]]:
    """Give the facts of answers that the case holds, after asking anew where that was asked for."""
    from vitne.lookups.kept import facts_of, read_answers

    if options.online:
        from vitne.cli.online import ask_all

        ask_all(options, case, places)
    return facts_of(read_answers(case.folder))


def _own_stack(case: Case) -> bool:
    """Say whether the captures are of raw IP: made on the phone or by a VPN, which answers handshakes."""
    links = {interface.link_type for capture in case.captures for interface in capture.interfaces}
    return bool(links & {12, 14, 101, 228, 229})


def print_one(console: Console, one: Attribution) -> None:
    """Print one destination: facts, what disagrees, limits, what is unknown."""
    title = f"{one.shown} ({one.ip})" if one.shown and one.shown != one.ip else one.ip
    console.print(Text(f"\n{visible(title, 300)}", style="bold"))
    for organisation in described(one.recipients):
        console.print(Text(f"  recipient    {visible(organisation, 300)}"))
    for fact in one.facts:
        said = f", said by {fact.said_by}" if fact.said_by else ""
        tail = f"   [{fact.knowing}; {fact.source}{said}; {fact.date or 'no date'}]"
        line = Text.assemble((f"  {ABOUT[fact.kind]}: ", "dim"), visible(fact.value, 300))
        line.append(visible(tail, 500), style="dim")
        console.print(line)
        if fact.trap:
            console.print(Text(f"    TRAP: {visible(fact.trap, 400)}", style="bold red"))
    for each in one.disagreements:
        console.print(Text(f"  sources disagree on the {each.about}: {each.note}", style="yellow"))
        for value, source in each.values:
            console.print(Text(f"    {visible(value, 200)}   [{visible(source, 200)}]"))
    for limit in one.limits:
        console.print(Text(f"  limit: {visible(limit, 400)}", style="yellow"))
    unknown = ", ".join(ABOUT[kind] for kind in one.unknown if kind not in {"stands-for", "registry-contact"})
    console.print(Text(f"  unknown: {unknown}", style="dim"))


def described(ids: Sequence[str]) -> list[str]:
    """Give recipients with what is claimed of them, and what is unknown."""
    from vitne.attribute.table import shipped_table

    out = []
    for name in ids:
        each = shipped_table().all[name]
        roles = ", ".join(each.values("role")) or "role unknown"
        seat = ", ".join(each.values("seat")) or "unknown"
        out.append(f"{each.name} [{roles}; seat: {seat}]")
    return out


def shares(found: Sequence[Attribution]) -> dict[str, Any]:
    """Count how many destinations of the open internet have a network, a country, a recipient."""
    far = [one for one in found if not _near(one)]
    with_ip = [one for one in far if one.ip]
    named = [one for one in far if one.host]
    return {
        "destinations": len(far),
        "with network": sum(any(f.kind == "network" for f in one.facts) for one in with_ip),
        "with country": sum(any(f.kind.startswith("country-by") for f in one.facts) for one in with_ip),
        "with address": len(with_ip),
        "with name": len(named),
        "with recipient": sum(bool(one.recipients) for one in named),
        "disagreeing": sum(bool(one.disagreements) for one in far),
        "recipient unknown": sum(not one.recipients for one in far),
    }


def _near(one: Attribution) -> bool:
    from vitne.attribute.destinations import scope_of

    return bool(one.ip) and scope_of(one.ip) != "internet"


def print_share(console: Console, found: Sequence[Attribution], used: Sequence[str]) -> None:
    """Print how much stays unknown, and by which tables."""
    counts = shares(found)
    total = counts["destinations"] or 1
    console.print(
        Text(
            f"\n{counts['destinations']} destinations on the internet: network known of "
            f"{counts['with network']} and country of {counts['with country']} of {counts['with address']} "
            f"addresses, recipient listed for {counts['with recipient']} of {counts['with name']} names; "
            f"recipient unknown for {counts['recipient unknown']} "
            f"({100 * counts['recipient unknown'] / total:.0f} %); sources disagree on "
            f"{counts['disagreeing']}."
        )
    )
    console.print(Text("Tables: " + ", ".join(used), style="dim"))
