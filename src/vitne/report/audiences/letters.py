"""Drafts of letters: a complaint (Article 77), a request for access (Article 15), a request for a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.catalog.law import authorities
from vitne.report.audiences.closing import closing
from vitne.report.audiences.known import in_words
from vitne.report.audiences.press import statements
from vitne.report.blocks import Block, Heading, Items, Page, Para, shown
from vitne.report.occasion_words import lines

if TYPE_CHECKING:
    from vitne.report.audiences import Setting
    from vitne.report.facts import Facts


_MOST = 20


def page(facts: Facts, setting: Setting) -> Page:
    """Make the letter that was asked for."""
    say = facts.say
    which = setting.letter
    seen = Items(tuple(statements(facts)) or (say("none"),), numbered=True)
    blocks: list[Block] = [Para(say("draft"), lead=True)]
    if which == "complaint":
        blocks += [*authority(facts, setting.country), Heading(1, say("complaint_title"))]
        blocks += [Para(say(f"complaint_{part}")) for part in "abc"]
        blocks += [Para(say("complaint_d", names=facts.names())), Items(tuple(_who(facts)))]
        blocks += [Para(say("complaint_e")), seen, *_around(facts)]
        blocks += [Para(say("complaint_prior")), Para(say("complaint_remedy"))]
        blocks += [Para(say("complaint_g")), Para(say("complaint_f"))]
    elif which == "access":
        blocks += [Para(say("access_1")), Para(say("access_who"))]
        blocks += [Para(say(f"access_{n}")) for n in (2, 3, 4)]
        blocks += [seen, Items(tuple(_who(facts))), Para(say("access_5"))]
    else:
        blocks += [
            Para(say("reply_1")),
            Para(say("reply_2")),
            seen,
            Items(tuple(_who(facts))),
            *_around(facts),
            Para(say("reply_3")),
            Para(say("reply_4")),
        ]
    blocks += closing(facts, legal=True)
    return Page(title=say(f"{which}_title"), language=say.language, day=facts.day, blocks=tuple(blocks))


def _who(facts: Facts) -> list[str]:
    said = list(dict.fromkeys(" ".join(in_words(facts, target)) for target in facts.outside[:_MOST]))
    return said or [facts.say("none")]


def _around(facts: Facts) -> list[Block]:
    """Say when it was seen, and what set it off as far as that was tested."""
    if not facts.outside:
        return []
    first, last = facts.first(facts.outside), facts.last(facts.outside)
    when = facts.say("complaint_when", first=first, last=last, span=facts.document["span"])
    return [Para(when), Items(tuple(lines(facts, _MOST)))]


def authority(facts: Facts, country: str) -> list[Block]:
    """Give the address of the authority of a country, with its day, else where to look for one."""
    say = facts.say
    file = authorities()
    found = file.of(country) if country else None
    head = Heading(1, say("contact"))
    if found is None:
        where = say("contact_none", country=shown(country, 20)) if country else say("contact_unknown")
        return [head, Para(where)]
    known = [found.name, *found.address, found.email, found.web, found.note]
    return [
        head,
        Items(tuple(line for line in known if line)),
        Para(say("contact_language", language=found.complaint_language or say("unknown"))),
        Para(say("contact_note", date=file.checked_on)),
        Para(say("contact_record", record=found.record)),
    ]
