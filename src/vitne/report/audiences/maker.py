"""For the maker: one row for each value and destination, and what to check in the product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.audiences.closing import closing
from vitne.report.blocks import Block, Grid, Heading, Items, Page, Para, shown
from vitne.report.facts import PERMANENT
from vitne.report.occasion_words import lines

if TYPE_CHECKING:
    from vitne.report.audiences import Setting
    from vitne.report.facts import Facts

_MOST = 500
_FRAMES = 24  # frames named in a row


def page(facts: Facts, setting: Setting) -> Page:
    """Make the sheet."""
    del setting
    say = facts.say
    rows = _rows(facts)
    keys = ["destination", "what", "field", "protection", "messages", "frames", "app"]
    if not any(row[-1] for row in rows):  # an app is seldom known: no empty column
        rows, keys = [row[:-1] for row in rows], keys[:-1]
    blocks: list[Block] = [Para(say("m_lead"))]
    blocks.append(Grid(say("l_findings"), tuple(say(f"c_{key}") for key in keys), tuple(rows[:_MOST])))
    if len(rows) > _MOST:
        blocks.append(Para(say("more", n=len(rows) - _MOST)))
    blocks += [Heading(1, say("l_triggers")), Items(tuple(lines(facts, _MOST)))]
    blocks += [Heading(1, say("m_check")), Items(tuple(_checks(facts))), *closing(facts)]
    return Page(title=say("m_title"), language=say.language, day=facts.day, blocks=tuple(blocks))


def _rows(facts: Facts) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for target in facts.sent:
        for line in facts.lines(target):
            every = [facts.findings[each] for each in line["findings"]]
            first = every[0]
            rows.append(
                (
                    _where(facts, target),
                    facts.what(line),
                    shown(", ".join(line["fields"]), 120),
                    facts.say(f"protection_{first['protection']}"),
                    str(line["times"]),
                    _frames(facts, every),
                    " / ".join(dict.fromkeys(filter(None, map(facts.app, every)))),
                )
            )
    return rows


def _frames(facts: Facts, every: list[dict[str, Any]]) -> str:
    """Give a filter for the frames of all findings of a row, for each capture its own; the first of many."""
    names = {one["sha256"]: one["name"] for one in facts.document["captures"]}
    found: dict[str, list[int]] = {}
    for one in every:
        found.setdefault(one["capture"]["sha256"], []).extend(int(number) for number in one["frames"])
    told = []
    for digest, frames in found.items():
        numbers = sorted(set(frames))
        packets = all(one["filter"] for one in every if one["capture"]["sha256"] == digest)
        listed = ", ".join(map(str, numbers[:_FRAMES]))
        if packets:
            listed = f"frame.number == {listed}" if len(numbers) == 1 else f"frame.number in {{{listed}}}"
        more = f", {facts.say('more', n=len(numbers) - _FRAMES)}" if len(numbers) > _FRAMES else ""
        name = f"{shown(names.get(digest, ''), 60)}: " if len(found) > 1 else ""
        told.append(f"{name}{listed}{more}")
    return "; ".join(told)


def _where(facts: Facts, target: dict[str, Any]) -> str:
    """Name a destination, and beyond the home network whom documents list it under."""
    name = f"{facts.name(target)}:{target['port']}"
    return f"{name} · {facts.recipient_words(target)}" if target["outside"] else name


def _checks(facts: Facts) -> list[str]:
    have = {word for t in facts.sent for word in t["protections"]}
    kinds = {line["kind"] for t in facts.sent for line in facts.lines(t)}
    keys = [f"m_{word}" for word in ("clear", "encoded") if word in have]
    keys += ["m_permanent"] if set(facts.identifiers()) & set(PERMANENT) else []
    keys += [f"m_{kind}" for kind in ("location", "credential") if kind in kinds]
    return [facts.say(key) for key in (*keys, "m_gate")]
