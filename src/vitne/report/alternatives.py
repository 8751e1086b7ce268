"""Arguing for the other side: what else could explain the findings, and whether the data leave it open.

Each alternative is «excluded because …» only where a fact of the case excludes it for every finding; else it
is «not excluded», with what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from vitne.report.blocks import shown
from vitne.report.occasion_words import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitne.report.facts import Facts

_CLOCK = {"time-goes-back", "out-of-order", "negative-time", "clock-jump", "times-go-back"}
_ANCHORS = 2  # places at which another clock was compared
_TYPED = {"account-name", "email-address", "message-text", "msisdn", "password", "person-name"}
"""What a person types: a known sender sends it on, wherever it comes from."""


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """One other explanation."""

    id: str  # nat, typed, portal, attempt, test, lab, clock, edited, chance, place, timer
    title: str
    excluded: bool
    why: str


def alternatives(facts: Facts) -> list[Alternative]:
    """Give all alternatives for what left the home network, in a fixed order."""
    found = facts.left
    return [
        Alternative(id=name, title=facts.say(f"ch_{name}"), excluded=excluded, why=why)
        for name, judge in _JUDGES
        for excluded, why in [judge(facts, found)]
    ]


def _counted(facts: Facts, key: str, hits: int, total: int) -> tuple[bool, str]:
    """Excluded where all findings speak against it."""
    if total and hits == total:
        return True, facts.say(f"ch_{key}_yes", n=hits, total=total)
    return False, facts.say(f"ch_{key}_no", n=total - hits, total=total)


def _nat(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    return _counted(facts, "nat", sum(bool(one["source"]["mac"]) for one in found), len(found))


def _typed(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    senders = sorted({one["sender"] for one in found if one["sender"]})
    typed = any(one["identifier"] in _TYPED for one in found)
    if found and all(one["sender"] for one in found) and not typed:
        return True, facts.say("ch_typed_yes", names=", ".join(shown(each, 60) for each in senders))
    return False, facts.say("ch_typed_no")


def _portal(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    known = found and all(one["sender"] and one["delivery"] == "accepted" for one in found)
    return (True, facts.say("ch_portal_yes")) if known else (False, facts.say("ch_portal_no"))


def _attempt(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    arrived = sum(one["delivery"] in {"acknowledged", "accepted", "refused"} for one in found)
    return _counted(facts, "attempt", arrived, len(found))


def _test(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    known = sum(one["grade"] in {"observed", "derived"} for one in found)
    return _counted(facts, "test", known, len(found))


def _lab(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    keyed = sum(one["protection"] == "decrypted" for one in found)
    if found and not keyed:
        return True, facts.say("ch_lab_yes")
    return False, facts.say("ch_lab_no", n=keyed, total=len(found))


def _clock(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    """Excluded only where a second clock was compared: a jump forward leaves no trace in records."""
    del found
    if any("time" in odd["name"] or odd["name"] in _CLOCK for odd in facts.document["oddities"]):
        return False, facts.say("ch_clock_no")
    second = (facts.document.get("occasions") or {}).get("clock")
    if not second or int(second["anchors"]) < _ANCHORS:
        return False, facts.say("ch_clock_open")
    return True, facts.say("ch_clock_yes", bound=second["bound_s"], n=second["anchors"])


def _edited(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    """Never excluded: nothing in a capture proves who recorded it."""
    del found
    return False, facts.say("ch_edited_no")


def _chance(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    figures = [float(one["evalue"]) for one in found if one["evalue"] is not None]
    value = f"{sum(figures):.1e}"
    inferred = sum(one["grade"] == "inferred" for one in found)
    if figures and len(figures) == len(found) and sum(figures) < 0.01:
        return True, facts.say("ch_chance_yes", value=value, n=len(figures))
    return False, facts.say("ch_chance_no", n=inferred, total=len(found), value=value)


def _place(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    del found
    refuted = {facts.name(target) for target in facts.outside if facts.refuted(target)}
    if refuted:
        return False, facts.say("ch_place_refuted", names=facts.say.listed(sorted(refuted)))
    facts_ = (fact for target in facts.outside for row in facts.known(target) for fact in row["facts"])
    measured = any(fact["kind"] == "country-by-physics" for fact in facts_)
    return False, facts.say("ch_place_open" if measured else "ch_place_no")


def _timer(facts: Facts, found: list[dict[str, Any]]) -> tuple[bool, str]:
    del found
    rivals = [r for each in told(facts) for r in each["rivals"] if r["name"] == "timer"]
    if rivals and all(each["standing"] == "excluded" for each in rivals):
        return True, facts.say("ch_timer_yes", n=len(rivals))
    return False, facts.say("ch_timer_no")


_JUDGES: tuple[tuple[str, Callable[[Facts, list[dict[str, Any]]], tuple[bool, str]]], ...] = (
    ("nat", _nat),
    ("typed", _typed),
    ("portal", _portal),
    ("attempt", _attempt),
    ("test", _test),
    ("lab", _lab),
    ("clock", _clock),
    ("edited", _edited),
    ("chance", _chance),
    ("place", _place),
    ("timer", _timer),
)
