"""Pictures of where data went: a diagram from identifier to country, a map of the world, a track.

Plain SVG, drawn offline, each with a text beside it that says the same to whoever does not see the picture.
Foreign text is made inert by the caller's ``show``; nothing in a picture is a link or a script.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import msgspec

from vitne.catalog.outlines import country_names, outlines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_COLUMNS = ("identifier", "destination", "recipient", "country")
_WIDTH, _ROW, _BOX, _MOST = 1200, 34, 210, 24
_MAP_WIDTH, _MAP_HEIGHT = 960.0, 480.0


class Flowing(msgspec.Struct, frozen=True, kw_only=True):
    """One stream of the diagram: what went where, to whom, in which country, how often."""

    identifier: str
    destination: str
    recipient: str  # "unknown" where no document names one
    country: str  # "unknown", or several where tables disagree
    count: int


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A picture and the text that says the same."""

    svg: str
    text: str

    @property
    def bare(self) -> str:
        """Give the picture without its own style, for a page whose policy allows its own style alone."""
        return self.svg.replace(f"<style>{_STYLE}</style>", "").rstrip()


def diagram(streams: Iterable[Flowing], *, show: Callable[[str, int], str]) -> Drawn:
    """Draw four columns with bands between them, as wide as there were findings."""
    rows = sorted(streams, key=lambda each: (-each.count, msgspec.structs.astuple(each)))
    columns = [_stacked([(_cell(row, name), row.count) for row in rows]) for name in _COLUMNS]
    height = 56 + _ROW * max((len(column) for column in columns), default=1)
    shapes = [
        f'<text x="{_left(number)}" y="24" class="head">{name}</text>' for number, name in enumerate(_COLUMNS)
    ]
    for number in range(len(_COLUMNS) - 1):
        pairs: dict[tuple[str, str], int] = {}
        for row in rows:
            near, far = _cell(row, _COLUMNS[number]), _cell(row, _COLUMNS[number + 1])
            pairs[near, far] = pairs.get((near, far), 0) + row.count
        most = max(pairs.values(), default=1)
        shapes += [
            _band(columns[number], columns[number + 1], pair, number=number, width=1 + 9 * count / most)
            for pair, count in sorted(pairs.items())
        ]
    for number, column in enumerate(columns):
        shapes += [_box(number, label, place, show) for label, place in column.items()]
    told = [
        f"{row.count} times {show(row.identifier, 60)} to {show(row.destination, 80)}, "
        f"recipient {show(row.recipient, 80)}, country {show(row.country, 60)}."
        for row in rows
    ]
    title = "Which personal data went to which destination, recipient and country"
    return Drawn(
        svg=_svg("flow", (_WIDTH, height), title, shapes),
        text="\n".join([title + ":", *(told or ["nothing."])]),
    )


def _cell(row: Flowing, name: str) -> str:
    return str(getattr(row, name))


def _stacked(cells: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Give each label of a column its row, the largest first; what is over the bound shares the last row."""
    sums: dict[str, int] = {}
    for label, count in cells:
        sums[label] = sums.get(label, 0) + count
    order = sorted(sums, key=lambda label: (-sums[label], label))
    return {label: min(place, _MOST) for place, label in enumerate(order)}


def _left(number: int) -> int:
    return 12 + number * (_BOX + 110)


def _band(
    near: Mapping[str, int], far: Mapping[str, int], pair: tuple[str, str], *, number: int, width: float
) -> str:
    x1, x2 = _left(number) + _BOX, _left(number + 1)
    y1, y2 = 52 + _ROW * near[pair[0]], 52 + _ROW * far[pair[1]]
    middle = (x1 + x2) / 2
    return (
        f'<path class="band" d="M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}" '
        f'stroke-width="{width:.1f}"/>'
    )


def _box(number: int, label: str, place: int, show: Callable[[str, int], str]) -> str:
    text = "further ones" if place == _MOST else show(label, 30)
    x, y = _left(number), 38 + _ROW * place
    return (
        f'<rect class="box" x="{x}" y="{y}" width="{_BOX}" height="26" rx="4"/>'
        f'<text x="{x + 8}" y="{y + 18}">{_escaped(text)}</text>'
    )


def world(
    counts: Mapping[str, int],
    *,
    points: Sequence[tuple[float, float, str]] = (),
    show: Callable[[str, int], str],
    unknown: int = 0,
) -> Drawn:
    """Draw the countries in equal degrees, those that data went to darker the more went there.

    ``counts`` is by the two letters of a country, ``points`` are (latitude, longitude, label).
    """
    most = max(counts.values(), default=1)
    shapes = [f'<rect class="sea" width="{_MAP_WIDTH:.0f}" height="{_MAP_HEIGHT:.0f}"/>']
    shapes.append(f'<g transform="scale({_MAP_WIDTH / 3600:.6f})">')
    for country, rings in sorted(outlines().items()):
        count = counts.get(country, 0)
        shade = f' fill-opacity="{0.35 + 0.65 * count / most:.2f}"' if count else ""
        path = "".join(_ring(ring) for ring in rings)
        shapes.append(f'<path class="{"got" if count else "land"}" d="{path}"{shade}/>')
    shapes.append("</g>")
    names = country_names()
    for number, country in enumerate(sorted(counts, key=lambda each: (-counts[each], each))):
        where = _middle(country)
        if where is not None and number < _MOST:
            shapes.append(
                f'<text class="label" x="{_x(where[0]):.0f}" y="{_y(where[1]):.0f}">'
                f"{_escaped(country)} {counts[country]}</text>"
            )
    for latitude, longitude, label in points:
        shapes.append(
            f'<circle class="point" cx="{_x(longitude):.1f}" cy="{_y(latitude):.1f}" r="3">'
            f"<title>{_escaped(show(label, 60))}</title></circle>"
        )
    told = [
        f"{names.get(country, country)} ({country}): {counts[country]} destinations."
        for country in sorted(counts, key=lambda each: (-counts[each], each))
    ]
    told.append(f"Country unknown or disputed: {unknown} destinations.")
    title = "Countries that tables name for the destinations"
    note = (
        "Registered or tabled countries of networks and addresses; not the place of a machine or a company."
    )
    return Drawn(
        svg=_svg("map", (int(_MAP_WIDTH), int(_MAP_HEIGHT)), title, shapes),
        text="\n".join([f"{title}. {note}", *told]),
    )


def _x(longitude: float) -> float:
    return (longitude + 180) / 360 * _MAP_WIDTH


def _y(latitude: float) -> float:
    return (90 - latitude) / 180 * _MAP_HEIGHT


def _ring(ring: Sequence[tuple[float, float]]) -> str:
    """Write an outline in tenths of a degree, each point from the one before: whole numbers, and short."""
    points = [(round(lon * 10) + 1800, 900 - round(lat * 10)) for lon, lat in ring]
    steps = [(x - w, y - z) for (w, z), (x, y) in itertools.pairwise(points)]
    return f"M{points[0][0]},{points[0][1]}l" + " ".join(f"{x},{y}" for x, y in steps) + "z"


def _middle(country: str) -> tuple[float, float] | None:
    """Give the middle of the largest ring of a country."""
    rings = outlines().get(country)
    if not rings:
        return None
    ring = max(rings, key=_area)
    return sum(point[0] for point in ring) / len(ring), sum(point[1] for point in ring) / len(ring)


def _area(ring: Sequence[tuple[float, float]]) -> float:
    return abs(sum(ring[at - 1][0] * ring[at][1] - ring[at][0] * ring[at - 1][1] for at in range(len(ring))))


_STYLE = (
    "text{font:13px sans-serif;fill:#1a1a1a}.head{font-weight:bold}.box{fill:#f2f2f2;stroke:#444}"
    ".band{fill:none;stroke:#2b5f8c;stroke-opacity:.45}.sea{fill:#fff}.land{fill:#ddd;stroke:#fff;stroke-width:1.5}"
    ".got{fill:#b03a2e;stroke:#fff;stroke-width:1.5}"
    ".label{font-size:11px;text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    ".shared{stroke-width:3}.tie{fill:none;stroke:#b03a2e;stroke-width:2;stroke-dasharray:5 3}"
    ".grid{stroke:#ccc;stroke-width:.7}.point{fill:#1b4f72}.track{fill:none;stroke:#1b4f72;stroke-width:1.5}"
)


def _svg(name: str, size: tuple[int, int], title: str, shapes: Iterable[str]) -> str:
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" '
        f'role="img" aria-labelledby="{name}-title"><title id="{name}-title">{_escaped(title)}</title>'
        f"<style>{_STYLE}</style>" + "".join(shapes) + "</svg>\n"
    )


def track(points: Sequence[tuple[float, float, str]], *, show: Callable[[str, int], str]) -> Drawn:
    """Draw positions (latitude, longitude, label) in order of time as a line, north up, with a scale."""
    title = "Track that the recipient can draw, from the positions of cells or coordinates"
    if not points:
        return Drawn(
            svg=_svg("track", (600, 60), title, ['<text x="12" y="34">no position is known</text>']),
            text=f"{title}: none.",
        )
    lats, lons = [point[0] for point in points], [point[1] for point in points]
    north, south, west, east = max(lats), min(lats), min(lons), max(lons)
    narrow = max(
        math.cos(math.radians((north + south) / 2)), 0.01
    )  # a degree of longitude, in those of latitude
    span = max(north - south, (east - west) * narrow, 0.002)
    scale = 520 / span

    def at(latitude: float, longitude: float) -> tuple[float, float]:
        return 40 + (longitude - west) * narrow * scale, 40 + (north - latitude) * scale

    places = [at(*point[:2]) for point in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    shapes = _graticule((south, north), (west, east), at)
    shapes.append(f'<polyline class="track" points="{line}"/>')
    for (x, y), (_, _, label) in zip(places, points, strict=True):
        shapes.append(
            f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="4">'
            f"<title>{_escaped(show(label, 80))}</title></circle>"
        )
    length = scale / 111.2
    shapes.append(f'<path class="track" d="M40,590h{length:.1f}"/><text x="40" y="584">1 km</text>')
    told = [
        f"{number}. {show(label, 120)}: {lat:.4f}, {lon:.4f}"
        for number, (lat, lon, label) in enumerate(points, 1)
    ]
    return Drawn(svg=_svg("track", (620, 610), title, shapes), text="\n".join([title + ":", *told]))


def _graticule(
    lats: tuple[float, float], lons: tuple[float, float], at: Callable[[float, float], tuple[float, float]]
) -> list[str]:
    """Draw the meridians and parallels of a map that has nothing else on it, each with its degrees."""
    step = next(
        (each for each in (10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01) if each * 2 <= lats[1] - lats[0]),
        0.005,
    )
    shapes = []
    for number in range(math.ceil(lats[0] / step), math.floor(lats[1] / step) + 1):
        _, y = at(number * step, lons[0])
        shapes.append(f'<path class="grid" d="M0,{y:.1f}h620"/><text class="label" x="24" y="{y - 3:.1f}">')
        shapes.append(f"{number * step:.3f}</text>")
    for number in range(
        math.ceil(lons[0] / step), min(math.floor(lons[1] / step), 60 + int(lons[0] / step)) + 1
    ):
        x, _ = at(lats[0], number * step)
        shapes.append(f'<path class="grid" d="M{x:.1f},0v610"/><text class="label" x="{x:.1f}" y="12">')
        shapes.append(f"{number * step:.3f}</text>")
    return shapes


def graph(
    held: Mapping[tuple[str, str], int],
    ties: Sequence[tuple[str, str, str]],
    *,
    show: Callable[[str, int], str],
) -> Drawn:
    """Draw who holds which value: holders left, values right, a value of several holders in a thick box.

    ``held`` counts messages by (holder, value); ``ties`` are (value, value, request that ties them for ever),
    drawn as bows on the right.
    """
    holders = _stacked([(holder, count) for (holder, _), count in held.items()])
    values = _stacked([(value, count) for (_, value), count in held.items()])
    of: dict[str, list[str]] = {}
    for holder, value in sorted(held):
        of.setdefault(value, []).append(holder)
    height = 56 + _ROW * max(len(holders), len(values), 1)
    shapes = [
        f'<text x="{_left(n)}" y="24" class="head">{w}</text>' for n, w in ((0, "recipient"), (1, "value"))
    ]
    most = max(held.values(), default=1)
    shapes += [
        _band(holders, values, pair, number=0, width=1 + 6 * count / most)
        for pair, count in sorted(held.items())
    ]
    shapes += [_box(0, label, place, show) for label, place in holders.items()]
    for label, place in values.items():
        shapes.append(
            _box(1, label, place, show).replace('class="box"', 'class="box shared"', len(of[label]) > 1)
        )
    for number, (one, two, what) in enumerate(ties[:_MOST]):
        if one in values and two in values:
            shapes.append(_bow(values[one], values[two], number, show(what, 60)))
    told = [
        f"{show(value, 60)} is held by {', '.join(show(each, 80) for each in of[value])}."
        for value in sorted(of)
    ]
    told = [
        line if len(of[value]) == 1 else f"{line[:-1]}: they can join their records by it."
        for value, line in zip(sorted(of), told, strict=True)
    ]
    told += [
        f"{show(one, 60)} is tied to {show(two, 60)} for ever by {show(what, 160)}."
        for one, two, what in ties
    ]
    title = "Which recipients hold which values, and which requests tie values"
    return Drawn(
        svg=_svg("graph", (_left(1) + _BOX + 330, height), title, shapes),
        text="\n".join([title + ":", *(told or ["nothing."])]),
    )


def _bow(first: int, second: int, number: int, label: str) -> str:
    x, y1, y2 = _left(1) + _BOX, 52 + _ROW * first, 52 + _ROW * second
    far = x + 40 + 14 * (number % 6)
    return (
        f'<path class="tie" d="M{x},{y1} C{far},{y1} {far},{y2} {x},{y2}"/>'
        f'<text x="{far + 4}" y="{(y1 + y2) / 2 + 4:.0f}">{_escaped(label)}</text>'
    )


def _escaped(text: str) -> str:
    """Give a text as markup; ``html`` would load two thousand names of characters for it."""
    return text.translate(_ESCAPES)
