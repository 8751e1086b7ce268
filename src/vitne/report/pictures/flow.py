"""The data flow: devices on the left, destinations in the middle, recipients and countries on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import Block, Picture, shown
from vitne.report.pictures.drawing import box, cut, folded, line, svg, text

if TYPE_CHECKING:
    from vitne.report.facts import Facts

_WIDTH, _ROW, _MOST = 900.0, 94.0, 14
_BOX, _LINE, _LINES = 82.0, 17.0, 4
_MIDDLE, _WIDE, _RIGHT = 186.0, 340.0, 580.0


def flow(facts: Facts) -> list[Block]:
    """Draw one picture for each device that sent personal data."""
    pictures: list[Block] = []
    for device in dict.fromkeys(t["device"] for t in facts.sent):
        targets = [t for t in facts.sent if t["device"] == device]
        pictures.append(_picture(facts, shown(device, 40), targets[:_MOST], more=len(targets) - _MOST))
    return pictures


def _picture(facts: Facts, device: str, targets: list[dict[str, Any]], *, more: int) -> Picture:
    say = facts.say
    most = max(t["messages"] for t in targets)
    base = _ROW * len(targets) + 12
    middle = base / 2
    shapes = [
        box(4, middle - 22, 120, 44, strong=True),
        text(64, middle + 5, cut(device, 16), anchor="middle"),
    ]
    told = []
    for number, target in enumerate(targets):
        y = 8 + _ROW * number + _ROW / 2
        open_ = bool({"clear", "encoded"} & set(target["protections"]))
        width = 1 + 7 * target["messages"] / most
        shapes.append(line((124, middle, _MIDDLE, y), width, dashed=not open_))
        kinds = say.listed(facts.kinds(target), 3)
        name = f"{facts.name(target)} ({target['messages']})"
        shapes += _told((_MIDDLE, y, _WIDE), cut(name, 46), kinds)
        words = f"{facts.name(target)}: {kinds}, {target['messages']} {say('c_messages')}"
        if target["outside"]:
            who, where = facts.recipient_words(target), facts.country_words(target)
            shapes.append(line((_MIDDLE + _WIDE, y, _RIGHT, y), width, dashed=not open_))
            two = (f"{say('c_recipient')}: {who}", f"{say('c_country')}: {where}")
            shapes += _told((_RIGHT, y, _WIDTH - 4 - _RIGHT), *two)
            words += f", {say('c_recipient')}: {who}, {say('c_country')}: {where}"
        told.append(words)
    if more > 0:
        base += 20
        shapes.append(text(_MIDDLE, base - 6, say("more", n=more), soft=True))
        told.append(say("more", n=more))
    words = say("alt_flow", device=device, told="; ".join(told))
    return Picture(svg(_WIDTH, base + 4, shapes, words), words, say("cap_flow"))


def _told(place: tuple[float, float, float], first: str, second: str) -> list[str]:
    """Draw a box around its middle with two things in it, each on as many lines as it needs and there are."""
    x, y, width = place
    most = int((width - 20) / 7)
    above = folded(first, most, 2)
    below = folded(second, most, _LINES - len(above))
    count = len(above) + len(below)
    height = min(_BOX, 16 + _LINE * count)
    top = y - height / 2 + 19
    words = [(each, False) for each in above] + [(each, True) for each in below]
    lines = [text(x + 10, top + _LINE * n, each, soft=soft) for n, (each, soft) in enumerate(words)]
    return [box(x, y - height / 2, width, height), *lines]
