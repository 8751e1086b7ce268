"""Packet anatomy: how a value was packed, one box inside the other, outermost layer first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import Picture, shown
from vitne.report.pictures.drawing import box, cut, svg, text

if TYPE_CHECKING:
    from vitne.report.facts import Facts

_WIDTH, _STEP, _INSET, _MOST = 720.0, 30.0, 14.0, 14


def anatomy(facts: Facts, finding: dict[str, Any]) -> Picture:
    """Draw one finding; the value is its label, never itself."""
    layers = finding["layers"][:_MOST]
    names = [f"{finding['transport']} {finding['source']['port']} → {finding['destination']['port']}"]
    names += [_name(layer) for layer in layers]
    count = len(names)
    height = _STEP * (count + 1) + _INSET * count + 8
    shapes = []
    for number, name in enumerate(names):
        inset = _INSET * number
        top = 4 + _STEP * number
        shapes.append(box(4 + inset, top, _WIDTH - 8 - 2 * inset, height - 8 - top - inset))
        shapes.append(text(14 + inset, top + 20, cut(name, 90 - 3 * number)))
    inset, top = _INSET * count, 4 + _STEP * count
    shapes.append(box(4 + inset, top, _WIDTH - 8 - 2 * inset, _STEP - 6, strong=True))
    label = shown(f"{finding['field'] or finding['identifier']}: {finding['value']}", 80)
    shapes.append(text(14 + inset, top + 17, label))
    told = facts.say("alt_anatomy", id=finding["id"], told=" > ".join([*names, label]))
    return Picture(svg(_WIDTH, height, shapes, told), told, facts.say("cap_anatomy"))


def _name(layer: dict[str, Any]) -> str:
    start, end = layer["range"]
    path = shown(layer["path"], 60)
    return f"{layer['codec']} {path} [{start}, {end})".replace("  ", " ")
