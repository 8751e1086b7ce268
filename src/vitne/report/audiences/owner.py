"""One page for the owner, in plain words: what left, to whom, when, what it means, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.report.audiences.closing import closing
from vitne.report.audiences.known import in_words
from vitne.report.blocks import Block, Heading, Items, Page, Para, shown
from vitne.report.occasion_words import lines

if TYPE_CHECKING:
    from vitne.report.audiences import Setting
    from vitne.report.facts import Facts

_MOST = 5
_TRIGGERS = 3
_ROOM = 4200
"""Characters that a sheet of A4 holds in the PDF, forty more for each line and sixty for each heading."""


def page(facts: Facts, setting: Setting) -> Page:
    """Make the page: as many destinations as fit on one sheet, the others counted."""
    del setting
    say = facts.say
    made = (_blocks(facts, most) for most in range(_MOST, 0, -1))
    blocks = next((each for each in made if _weight(each) <= _ROOM), None) or _blocks(facts, 1)
    return Page(title=say("o_title"), language=say.language, day=facts.day, blocks=tuple(blocks))


def _weight(blocks: list[Block]) -> int:
    """Tell how much room blocks take."""
    items = [text for block in blocks if isinstance(block, Items) for text in block.items]
    texts = [block.text for block in blocks if isinstance(block, Para | Heading)]
    return sum(len(text) + 40 for text in items) + sum(len(text) + 60 for text in texts)


def _blocks(facts: Facts, most: int) -> list[Block]:
    """Give the blocks of the page with so many destinations at most."""
    say = facts.say
    blocks: list[Block] = [Heading(1, say("o_left")), *_left(facts, most)]
    if facts.outside:
        whom = [say("o_whom_line", where=facts.name(t), ip=shown(t["ip"], 60)) for t in facts.outside[:most]]
        whom = [
            f"{line} {' '.join(in_words(facts, t))}" for line, t in zip(whom, facts.outside, strict=False)
        ]
        blocks += [Heading(1, say("o_whom")), Items(tuple(whom)), Para(say("o_whom_note"))]
        first, last = facts.first(facts.outside), facts.last(facts.outside)
        blocks += [Heading(1, say("o_when")), Para(say("o_when_line", first=first, last=last))]
        blocks += [Items(tuple(lines(facts, _TRIGGERS)))]
        blocks += [Heading(1, say("o_readable")), Para(_readable(facts))]
        blocks += [Heading(1, say("o_meaning")), Items(tuple(_meaning(facts)))]
    blocks += [Heading(1, say("o_unknown")), Items(tuple(_unknown(facts)))]
    todo = [say(key) for key in ("do_settings", "do_maker", "do_authority", "do_keep")]
    return [*blocks, Heading(1, say("o_do")), Items(tuple(todo)), *closing(facts)]


def _left(facts: Facts, most: int) -> list[Block]:
    say = facts.say
    if not facts.outside:
        return [Para(say("o_left_none", span=facts.document["span"]), lead=True)]
    lines = [
        say(
            "o_left_line",
            what=say.listed(facts.kinds(t)),
            where=facts.name(t),
            n=t["messages"],
            how=facts.how(t),
        )
        for t in facts.outside[:most]
    ]
    if len(facts.outside) > most:
        lines.append(say("more", n=len(facts.outside) - most))
    first, *rest = [line[:1].upper() + line[1:] for line in lines]
    return [Para(first, lead=True), *([Items(tuple(rest))] if rest else [])]


def _readable(facts: Facts) -> str:
    open_ = len(facts.readable())
    if not open_:
        return facts.say("o_readable_no")
    return facts.say("o_readable_yes", n=open_, total=len(facts.outside))


def _meaning(facts: Facts) -> list[str]:
    kinds = {line["kind"] for t in facts.outside for line in facts.lines(t)}
    order = ("identifier", "location", "credential", "content")
    return [facts.say(f"o_meaning_{kind}") for kind in order if kind in kinds]


def _unknown(facts: Facts) -> list[str]:
    say = facts.say
    lines = [say("quick_search")] if facts.quick else []
    lines += [say("u_reader"), say("u_elsewhere")]
    size, places = facts.opaque()
    if places:
        lines.append(say("u_opaque", bytes=size, n=places))
    return lines
