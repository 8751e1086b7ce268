"""Models and builds: what the devices' own messages say they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import Block, Grid, Heading, Para, shown

if TYPE_CHECKING:
    from vitne.report.facts import Facts

NAMED = ("device-model", "os-version", "software-version")
"""Identifiers by which a device says what it is and what runs on it."""
_MOST = 200


def builds(facts: Facts) -> list[Block]:
    """Give a row for each model and build that a device sent, with the first finding that shows it."""
    say = facts.say
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for one in facts.document["findings"]:
        if one["identifier"] in NAMED and one["direction"] == "sent":
            rows.setdefault((one["source"]["device"], one["identifier"], one["value"]), []).append(one)
    blocks: list[Block] = [Heading(2, say("l_builds"))]
    if not rows:
        return [*blocks, Para(say("l_no_builds"))]
    order = sorted(rows, key=lambda key: (key[0], NAMED.index(key[1]), key[2]))
    told = tuple(
        (
            shown(key[0], 120),
            say.of(key[1]),
            shown(key[2], 120),
            str(len({(one["flow"], tuple(one["message_frames"])) for one in rows[key]})),
            rows[key][0]["id"],
        )
        for key in order[:_MOST]
    )
    head = tuple(say(f"c_{key}") for key in ("source", "what", "value", "messages", "id"))
    blocks.append(Grid(say("l_builds"), head, told))
    if len(order) > _MOST:
        blocks.append(Para(say("more", n=len(order) - _MOST)))
    return blocks
