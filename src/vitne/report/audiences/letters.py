"""Drafts of letters: a complaint (Article 77), a request for access (Article 15), a request for a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.catalog.law import authorities
from vitne.report.audiences.closing import closing
from vitne.report.audiences.press import statements
from vitne.report.blocks import Block, Heading, Items, Page, Para

if TYPE_CHECKING:
    from vitne.report.audiences import Setting
    from vitne.report.facts import Facts


def page(facts: Facts, setting: Setting) -> Page:
    """Make the letter that was asked for."""
    say = facts.say
    which = setting.letter
    seen = Items(tuple(statements(facts)) or (say("none"),), numbered=True)
    blocks: list[Block] = [Para(say("draft"), lead=True)]
    if which == "complaint":
        blocks += [*authority(facts, setting.country), Heading(1, say("complaint_title"))]
        blocks += [Para(say(f"complaint_{part}")) for part in "abc"]
        blocks += [Para(say("complaint_d", names=facts.names())), Para(say("complaint_e")), seen]
        blocks += [Para(say("complaint_g")), Para(say("complaint_f"))]
    elif which == "access":
        blocks += [Para(say(f"access_{n}")) for n in (1, 2, 3, 4)] + [seen, Para(say("access_5"))]
    else:
        blocks += [
            Para(say("reply_1")),
            Para(say("reply_2")),
            seen,
            Para(say("reply_3")),
            Para(say("reply_4")),
        ]
    blocks += closing(facts, legal=True)
    return Page(title=say(f"{which}_title"), language=say.language, day=facts.day, blocks=tuple(blocks))


def authority(facts: Facts, country: str) -> list[Block]:
    """Give the address of the authority of a country, with the day it was read; nothing without one."""
    file = authorities()
    found = file.of(country) if country else None
    if found is None:
        return []
    lines = [found.name, *found.address, found.email, found.web, found.note]
    return [
        Heading(1, facts.say("contact")),
        Items(tuple(line for line in lines if line)),
        Para(facts.say("contact_note", date=file.checked_on)),
    ]
