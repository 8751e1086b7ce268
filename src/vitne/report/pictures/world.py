"""The map: countries that tables name for the destinations, told in words too; none where none is named."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from vitne.catalog.outlines import outlines
from vitne.report.blocks import Block, Picture
from vitne.report.pictures.drawing import INK, PAPER, SOFT, svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.report.facts import Facts

_WIDTH, _HEIGHT, _SOUTH = 960.0, 430.0, -60.0
_LAND, _GOT = "#dcd9d2", "#3a3d44"


def world(facts: Facts) -> list[Block]:
    """Draw the countries of the destinations outside the home network."""
    counts: dict[str, int] = {}
    open_ = 0
    for target in facts.outside:
        codes = facts.countries(target)
        open_ += len(codes) != 1
        for code in codes:
            counts[code] = counts.get(code, 0) + 1
    if not counts:
        return []
    say = facts.say
    order = sorted(counts, key=lambda code: (-counts[code], code))
    told = [f"{say.country_of(code)}: {counts[code]}" for code in order]
    words = say("alt_map", told="; ".join(told), n=open_)
    shapes = [*_lands(counts), *_labels(counts, order)]
    return [Picture(svg(_WIDTH, _HEIGHT, shapes, words), words, say("cap_map"))]


def _lands(counts: dict[str, int]) -> Iterator[str]:
    for code, rings in sorted(outlines().items()):
        path = "".join(
            "M" + "L".join(f"{_x(east):.0f},{_y(north):.0f}" for east, north in ring) + "Z"
            for ring in rings
            if max(north for _, north in ring) > _SOUTH
        )
        if path:
            fill = _GOT if code in counts else _LAND
            yield f'<path d="{path}" fill="{fill}" stroke="{PAPER}" stroke-width="0.5"/>'


def _labels(counts: dict[str, int], order: Sequence[str]) -> Iterator[str]:
    """Name each country beside a ring around its middle, so that a small one is seen as well."""
    for code in order:
        rings = outlines().get(code)
        if not rings:
            continue
        widest = max(rings, key=len)
        x = _x(sum(point[0] for point in widest) / len(widest))
        y = _y(sum(point[1] for point in widest) / len(widest))
        words = escape(f"{code} {counts[code]}")
        yield (
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="7" fill="none" stroke="{INK}" stroke-width="2"/>'
            f'<rect x="{x + 9:.0f}" y="{y - 11:.0f}" width="{9 * len(words) + 6}" height="19" rx="3" '
            f'fill="{PAPER}" stroke="{SOFT}"/>'
            f'<text x="{x + 13:.0f}" y="{y + 3:.0f}" font-size="13" font-weight="bold" fill="{INK}">'
            f"{words}</text>"
        )


def _x(east: float) -> float:
    return (east + 180) / 360 * _WIDTH


def _y(north: float) -> float:
    return (84 - north) / (84 - _SOUTH) * _HEIGHT
