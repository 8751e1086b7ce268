"""What stands at the end of every report: how it was made, what is masked, what nobody checked yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.catalog.law import law
from vitne.report.blocks import Block, Para

if TYPE_CHECKING:
    from vitne.report.facts import Facts


def closing(facts: Facts, *, legal: bool = False) -> list[Block]:
    """Give the closing lines."""
    say = facts.say
    lines = [facts.made_by(), say("revealed" if facts.document.get("revealed") else "masked")]
    if facts.document["limited_to_device"]:
        lines.append(say("whole_file"))
    if facts.document["partial"]:
        lines.append(say("partial"))
    if facts.quick:
        lines.append(say("quick_search"))
    if legal:
        read = law()
        lines.append(
            f"{read.reviewed_by}, {read.reviewed_on}" if read.reviewed_by else say("not_reviewed_law")
        )
    if say.reviewed_by:
        lines.append(f"{say.name}: {say.reviewed_by}, {say.reviewed_on}")
    else:
        lines.append(say("not_reviewed_language"))
    return [Para(line) for line in lines]
