"""For the press: facts that hold, claims that they do not carry, and a letter that asks for a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.report.audiences.closing import closing
from vitne.report.blocks import Block, Heading, Items, Page, Para

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


def _claims(facts: Facts) -> list[str]:
    """Give the claims that readers of such facts tend to make, and why they are not carried."""
    words = set(facts.identifiers())
    keys = ["np_cell"] if "cell-id" in words else []
    keys += ["np_iccid"] if "iccid" in words else []
    keys += ["np_encoded"] if any("encoded" in t["protections"] for t in facts.outside) else []
    return [facts.say(key, span=facts.document["span"]) for key in (*keys, *_ALWAYS)]
