"""Verdicts on what set messages off, in the words of the catalogue: counts with what chance would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import shown

if TYPE_CHECKING:
    from vitne.catalog.messages import Messages
    from vitne.report.facts import Facts

STRENGTH = ("caused", "coupled-and-specific", "coupled")
"""Verdicts that say something, the strongest first."""


def event_words(say: Messages, event: str) -> str:
    """Give what to call a kind of event; its detail behind a colon stays."""
    kind, _, detail = event.partition(":")
    name = shown(say.word("e", kind), 80)
    return f"{name} ({shown(detail, 60)})" if detail else name


def told(facts: Facts) -> list[dict[str, Any]]:
    """Give the verdicts that say something of destinations outside the home network, the strongest first."""
    said = facts.document.get("occasions") or {}
    wanted = {t["host"] or t["ip"] for t in facts.outside}
    rows = [
        each
        for each in said.get("triggers", ())
        if each["verdict"] in STRENGTH and each["destination"] in wanted and not each["through"]
    ]
    return sorted(rows, key=lambda each: (STRENGTH.index(each["verdict"]), -float(each["effect"]["excess"])))


def sentence(facts: Facts, verdict: dict[str, Any]) -> str:
    """Say one verdict."""
    effect = verdict["effect"]
    return facts.say(
        "t_line",
        event=event_words(facts.say, verdict["event"]),
        n=effect["responses"],
        total=verdict["events"],
        where=shown(verdict["destination"], 80),
        window=f"{float(effect['window_s']):g}",
        expected=f"{float(effect['expected']):.1f}",
        verdict=facts.say.word("v", verdict["verdict"]),
    )


def lines(facts: Facts, most: int) -> list[str]:
    """Say what set messages off, or why that is not known."""
    said = facts.document.get("occasions")
    say = facts.say
    if not said:
        return [say("o_trigger_unknown")]
    if said["blocked"]:
        return [say("t_blocked")]
    found = told(facts)
    if not found:
        return [say("t_none", n=said["tested"])]
    out = [sentence(facts, each) for each in found[:most]]
    return [*out, say("more", n=len(found) - most)] if len(found) > most else out
