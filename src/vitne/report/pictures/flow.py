"""The data flow: devices on the left, destinations on the right, lines as thick as there were messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import Block, Picture, shown
from vitne.report.pictures.drawing import box, cut, line, svg, text

if TYPE_CHECKING:
    from vitne.report.facts import Facts

_WIDTH, _ROW, _MOST = 900.0, 62.0, 14


def flow(facts: Facts) -> list[Block]:
    """Draw one picture for each device that sent personal data."""
    pictures: list[Block] = []
    for device in dict.fromkeys(t["device"] for t in facts.sent):
        targets = [t for t in facts.sent if t["device"] == device][:_MOST]
        pictures.append(_picture(facts, shown(device, 40), targets))
    return pictures


def _picture(facts: Facts, device: str, targets: list[dict[str, Any]]) -> Picture:
    say = facts.say
    most = max(t["messages"] for t in targets)
    height = _ROW * len(targets) + 16
    middle = height / 2
    shapes = [
        box(4, middle - 22, 150, 44, strong=True),
        text(79, middle + 5, cut(device, 20), anchor="middle"),
    ]
    told = []
    for number, target in enumerate(targets):
        y = 8 + _ROW * number + _ROW / 2
        open_ = bool({"clear", "encoded"} & set(target["protections"]))
        width = 1 + 7 * target["messages"] / most
        shapes.append(line((154, middle, 500, y), width, dashed=not open_))
        shapes.append(box(500, y - 25, 396, 50))
        kinds = say.listed(facts.kinds(target), 3)
        shapes.append(text(510, y - 7, cut(f"{facts.name(target)} ({target['messages']})", 54)))
        shapes.append(text(510, y + 14, cut(kinds, 50), soft=True))
        told.append(f"{facts.name(target)}: {kinds}, {target['messages']} {say('c_messages')}")
    words = say("alt_flow", device=device, told="; ".join(told))
    return Picture(svg(_WIDTH, height, shapes, words), words, say("cap_flow"))
