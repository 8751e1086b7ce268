"""Findings of a scan by recipient, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.attribute.groups import grouped
from vitne.report import visible
from vitne.report.formats.laid import Text

if TYPE_CHECKING:
    from rich.console import Console

    from vitne.pipeline import Result
    from vitne.report.formats.laid import Plain

_MOST = 12


def print_groups(result: Result, console: Console | Plain) -> None:
    """Print one line a recipient; nothing where nothing personal left."""
    found = grouped(result.findings)
    if not found:
        return
    console.print(
        Text("\nRecipients, as documents list their names (vitne attribute CASE says by whom)", style="bold")
    )
    for group in found[:_MOST]:
        places = [spot.host or spot.ips[0] for spot in group.destinations]
        where = ", ".join(visible(place, 60) for place in places[:4])
        more = f" and {len(places) - 4} more" if len(places) > 4 else ""
        what = ", ".join(group.identifiers)
        console.print(Text(visible(f"  {group.title}: {what}", 300) + f"  at {where}{more}"))
    if len(found) > _MOST:
        console.print(Text(f"  and {len(found) - _MOST} more (vitne destinations CASE)"))
