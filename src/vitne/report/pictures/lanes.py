"""The timeline: events of the device above, a lane for each destination below, a mark for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import Block, Picture, shown
from vitne.report.occasion_words import event_words, told
from vitne.report.pictures.drawing import cut, dot, line, svg, text
from vitne.report.words import clock

if TYPE_CHECKING:
    from vitne.report.facts import Facts

_WIDTH, _LEFT, _LANE, _MOST, _DOTS, _EVENTS = 900.0, 275.0, 30.0, 16, 400, 5


def lanes(facts: Facts) -> list[Block]:
    """Draw the timeline; nothing where nothing was sent."""
    targets = facts.sent[:_MOST]
    times = {id(t): _times(facts, t) for t in targets}
    every = [each for own in times.values() for each in own]
    if not every:
        return []
    events = _events(facts)
    every += [each for _, own in events for each in own]
    first, last = min(every), max(every)
    shapes, words, y = [], [], 22.0
    for name, own in events:
        shapes += _lane(name, y, [_x(each, first, last) for each in own[:_DOTS]], event=True)
        words.append(f"{name} {len(own)}")
        y += _LANE
    for target in targets:
        own = times[id(target)]
        shapes += _lane(facts.name(target), y, [_x(each, first, last) for each in own[:_DOTS]], event=False)
        words.append(f"{facts.name(target)} {len(own)}")
        y += _LANE
    shapes.append(text(_LEFT, y + 6, clock(first), soft=True))
    shapes.append(text(_WIDTH - 14, y + 6, clock(last), anchor="end", soft=True))
    alt = facts.say("alt_timeline", first=clock(first), last=clock(last), told="; ".join(words))
    caption = facts.say("cap_timeline_events" if events else "cap_timeline")
    return [Picture(svg(_WIDTH, y + 16, shapes, alt), alt, caption)]


def _lane(name: str, y: float, places: list[float], *, event: bool) -> list[str]:
    """Draw one lane: strokes for events, dots for messages, so that shape and not colour tells them apart."""
    out = [
        text(_LEFT - 12, y + 4, cut(name, 38), anchor="end", soft=event),
        line((_LEFT, y, _WIDTH - 14, y)),
    ]
    return out + [line((x, y - 9, x, y + 9), 2.0) if event else dot(x, y) for x in places]


def _x(time: int, first: int, last: int) -> float:
    return _LEFT + (_WIDTH - 14 - _LEFT) * (time - first) / max(last - first, 1)


def _events(facts: Facts) -> list[tuple[str, list[int]]]:
    """Give when each kind of event happened: those coupled with what is drawn first, then whole kinds."""
    given: dict[str, list[Any]] = (facts.document.get("occasions") or {}).get("event_times", {})
    linked = list(dict.fromkeys(each["event"] for each in told(facts)))
    whole = sorted(kind for kind in given if ":" not in kind and kind not in linked)
    order = [*(kind for kind in linked if kind in given), *whole][:_EVENTS]
    return [(shown(event_words(facts.say, kind), 60), [int(each) for each in given[kind]]) for kind in order]


def _times(facts: Facts, target: dict[str, Any]) -> list[int]:
    """Give the time of each message with findings, once."""
    ids = {each for line_ in facts.lines(target) for each in line_["findings"]}
    return sorted({int(facts.findings[each]["time_ns"]) for each in ids})
