"""Whether data left the European Economic Area: what tables, light and documents say; never an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.catalog.law import adequacy
from vitne.report.blocks import Block, Grid

if TYPE_CHECKING:
    from vitne.report.facts import Facts

_MOST = 40
Sides = tuple[list[str], list[str], list[str]]


def outside(facts: Facts) -> Sides:
    """Give facts for, facts against, and what cannot be known."""
    say = facts.say
    pro: list[str] = []
    contra: list[str] = []
    unknown: list[str] = []
    if facts.outside:
        pro.append(say("f_outside", n=len(facts.outside), names=facts.names()))
    for target in facts.outside[:_MOST]:
        _of_one(facts, target, (pro, contra, unknown))
    attempted = {
        (one["flow"], *one["message_frames"]) for one in facts.left if one["delivery"] == "attempted"
    }
    contra += [say("g_attempted", n=len(attempted))] if attempted else []
    if facts.document.get("destinations") is None:
        unknown.append(say("rec_not_looked_up"))
    return pro or [say("g_nothing")], [*contra, say("g_place")], [*unknown, say("k_transfer")]


def _of_one(facts: Facts, target: dict[str, Any], sides: Sides) -> None:
    say, where, day = facts.say, facts.name(target), facts.day
    pro, contra, unknown = sides
    codes = facts.countries(target)
    words = facts.country_words(target)
    far = [code for code in codes if not adequacy().inside(code, day)]
    if codes and len(far) == len(codes):
        pro.append(say("f_country_outside", where=where, countries=words, date=day))
    elif codes and not far:
        contra.append(say("g_country_inside", where=where, countries=words, date=day))
    elif not codes and facts.known(target):
        unknown.append(say("k_no_country", where=where))
    if len(codes) > 1:
        contra.append(say("g_disagree", where=where, countries=words))
    refuted = facts.refuted(target)
    if refuted:
        contra.append(say("g_refuted", where=where, countries=" / ".join(map(say.country_of, refuted))))
    rented = facts.rented(target)
    if rented:
        contra.append(say("g_rented", where=where, names=say.listed(rented)))


def table(facts: Facts) -> list[Block]:
    """Give each destination with recipient, countries, and what stood for them on the day of the capture."""
    say = facts.say
    rows = tuple(
        (
            facts.name(target),
            facts.recipient_words(target),
            say.country_of(code) if code else say("unknown"),
            say("unknown" if not code else "yes" if adequacy().inside(code, facts.day) else "no"),
            _decision(facts, code),
        )
        for target in facts.outside[:_MOST]
        for code in (facts.countries(target) or [""])
    )
    if not rows:
        return []
    keys = ("destination", "recipient", "country", "eea", "adequacy")
    return [Grid(say("q2_table"), tuple(say(f"c_{key}") for key in keys), rows)]


def _decision(facts: Facts, code: str) -> str:
    """Give the adequacy decisions that stood for a country on the day, with their scope."""
    if not code or adequacy().inside(code, facts.day):
        return "–"
    found = [each for each in adequacy().on(facts.day) if each.code == code]
    said = [f"{each.decision}{'' if each.certain else ' (?)'}, {each.scope}".rstrip(", ") for each in found]
    return "; ".join(said) or facts.say("none")
