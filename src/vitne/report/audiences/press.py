"""For the press: facts that hold, claims that they do not carry, and a letter that asks for a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.report.audiences.closing import closing
from vitne.report.audiences.known import in_words
from vitne.report.blocks import Block, Heading, Items, Page, Para
from vitne.report.occasion_words import lines, told
from vitne.report.pictures.flow import flow
from vitne.report.pictures.lanes import lanes
from vitne.report.pictures.world import world

if TYPE_CHECKING:
    from vitne.report.audiences import Setting
    from vitne.report.facts import Facts

_MOST = 40
_ALWAYS = ("np_hosted", "np_country", "np_always", "np_purpose", "np_read")


def page(facts: Facts, setting: Setting) -> Page:
    """Make the sheet."""
    del setting
    say = facts.say
    holds = statements(facts)
    blocks: list[Block] = [Heading(1, say("p_hold"))]
    if holds:
        blocks.append(Items(tuple(holds), numbered=True))
        blocks += [Heading(1, say("l_recipients")), Items(tuple(_who(facts))), *flow(facts), *world(facts)]
        blocks += [Heading(1, say("l_triggers")), Items(tuple(lines(facts, _MOST))), *lanes(facts)]
    else:
        blocks.append(Para(say("o_left_none", span=facts.document["span"]), lead=True))
    blocks += [Heading(1, say("p_not_hold")), Items(tuple(_claims(facts))), Para(say("p_reply"))]
    blocks += closing(facts)
    return Page(title=say("p_title"), language=say.language, day=facts.day, blocks=tuple(blocks))


def statements(facts: Facts) -> list[str]:
    """Give what can be said of each destination, with its evidence."""
    lines = [
        facts.say(
            "p_hold_line",
            n=line["times"],
            where=facts.name(target),
            what=facts.what(line),
            how=facts.how(target),
            ids=facts.ids(line),
        )
        for target in facts.outside
        for line in facts.lines(target)
    ]
    if len(lines) > _MOST:
        lines = [*lines[:_MOST], facts.say("more", n=len(lines) - _MOST)]
    return lines


def _who(facts: Facts) -> list[str]:
    return list(dict.fromkeys(" ".join(in_words(facts, target)) for target in facts.outside[:_MOST]))


def _claims(facts: Facts) -> list[str]:
    """Give the claims that readers of such facts tend to make, and why they are not carried."""
    words = set(facts.identifiers())
    keys = ["np_cell"] if "cell-id" in words else []
    keys += ["np_iccid"] if "iccid" in words else []
    keys += ["np_encoded"] if any("encoded" in t["protections"] for t in facts.outside) else []
    keys += ["np_coupled"] if told(facts) else []
    names = list(dict.fromkeys(name for target in facts.outside for name in facts.recipients(target)))
    listed = [facts.say("np_listed", names=facts.say.listed(names))] if names else []
    return [*listed, *(facts.say(key, span=facts.document["span"]) for key in (*keys, *_ALWAYS))]
