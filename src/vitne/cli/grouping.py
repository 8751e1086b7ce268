"""Findings of a scan by recipient: only the recipient table is asked, which ships with the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from vitne.attribute.names import suffixes
from vitne.attribute.table import Table
from vitne.catalog.recipients import recipients_near
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from vitne.model import Finding
    from vitne.pipeline import Result

_FAR = {"internet", "operator-core"}
_MOST = 12
UNKNOWN = "recipient unknown"


def groups(findings: Iterable[Finding]) -> dict[str, dict[str, dict[str, int]]]:
    """Give recipient -> destination -> identifier -> findings, most findings first, unknown last."""
    far = [one for one in findings if one.direction == "sent" and one.scope in _FAR]
    sent = [one for one in far if one.kind != "attribute"]
    hosts = {one.destination.host for one in sent if one.destination.host}
    near = {name for host in hosts for name in suffixes(host)}
    table = Table(recipients_near(near))
    stood = {claim.value for host in hosts for _, claim in table.told(host) if claim.kind == "stands-for"}
    if stood:
        table = Table(recipients_near(near | {name for host in stood for name in suffixes(host)}))
    out: dict[str, dict[str, dict[str, int]]] = {}
    for one in sent:
        where = one.destination.host or one.destination.ip
        counted = out.setdefault(name_of(table, one.destination.host), {}).setdefault(where, {})
        counted[one.identifier] = counted.get(one.identifier, 0) + 1
    order = sorted(out, key=lambda name: (name == UNKNOWN, -_total(out[name]), name))
    return {name: out[name] for name in order}


def _total(places: dict[str, dict[str, int]]) -> int:
    return sum(sum(counted.values()) for counted in places.values())


def name_of(table: Table, host: str) -> str:
    """Give the name a host is grouped under."""
    stands = next((claim.value for _, claim in table.told(host) if claim.kind == "stands-for"), "")
    found = table.listed(stands or host) if host else None
    if found is None:
        return UNKNOWN
    return f"{found[0].name} (stand-in for {stands})" if stands else found[0].name


def print_groups(result: Result, console: Console) -> None:
    """Print one line a recipient; nothing where nothing personal left."""
    found = groups(result.findings)
    if not found:
        return
    console.print(
        Text("\nRecipients, as documents list their names (vitne attribute CASE says by whom)", style="bold")
    )
    for name, places in list(found.items())[:_MOST]:
        what = sorted({identifier for counted in places.values() for identifier in counted})
        where = ", ".join(visible(place, 60) for place in sorted(places)[:4])
        more = f" and {len(places) - 4} more" if len(places) > 4 else ""
        console.print(Text(visible(f"  {name}: {', '.join(what)}", 300) + f"  at {where}{more}"))
    if len(found) > _MOST:
        console.print(Text(f"  and {len(found) - _MOST} more (vitne destinations CASE)"))
