"""The timeline: one lane for each destination, one dot for each message with findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import Block, Picture
from vitne.report.pictures.drawing import cut, dot, line, svg, text
from vitne.report.words import clock

if TYPE_CHECKING:
    from vitne.report.facts import Facts

_WIDTH, _LEFT, _LANE, _MOST, _DOTS = 900.0, 250.0, 30.0, 16, 400


def lanes(facts: Facts) -> list[Block]:
    """Draw the timeline; nothing where nothing was sent."""
    targets = facts.sent[:_MOST]
    times = {id(t): _times(facts, t) for t in targets}
    every = [each for own in times.values() for each in own]
    if not every:
        return []
    first, last = min(every), max(every)
    long = max(last - first, 1)
    shapes, told = [], []
    for number, target in enumerate(targets):
        y = 22 + _LANE * number
        shapes.append(text(_LEFT - 12, y + 4, cut(facts.name(target), 34), anchor="end"))
        shapes.append(line((_LEFT, y, _WIDTH - 14, y)))
        shapes += [
            dot(_LEFT + (_WIDTH - 14 - _LEFT) * (each - first) / long, y)
            for each in times[id(target)][:_DOTS]
        ]
        told.append(f"{facts.name(target)} {len(times[id(target)])}")
    base = 22 + _LANE * len(targets)
    shapes.append(text(_LEFT, base + 6, clock(first), soft=True))
    shapes.append(text(_WIDTH - 14, base + 6, clock(last), anchor="end", soft=True))
    words = facts.say("alt_timeline", first=clock(first), last=clock(last), told="; ".join(told))
    return [Picture(svg(_WIDTH, base + 16, shapes, words), words, facts.say("cap_timeline"))]


def _times(facts: Facts, target: dict[str, Any]) -> list[int]:
    """Give the time of each message with findings, once."""
    ids = {each for line_ in facts.lines(target) for each in line_["findings"]}
    return sorted({int(facts.findings[each]["time_ns"]) for each in ids})
