"""Events above transmissions in time, and waits per event, as a drawing that needs no script.

Reads the document of ``vitne triggers`` alone; everything that comes from outside is shown through visible().
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from vitne.report.inert import visible
from vitne.report.words import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, LEFT, RIGHT, LANE = 1100, 250, 20, 26
MOST_LANES, MOST_MARKS, MOST_RASTERS = 14, 2000, 6
_RASTER_S = 60.0
_STYLE = (
    "text{font:12px sans-serif;fill:#222}.t{font-weight:bold}.a{fill:#666}.l{stroke:#ddd}"
    ".e{stroke:#1b5e9b;stroke-width:1.5}.s{stroke:#b3421b;stroke-width:1.5}.d{fill:#b3421b}.g{stroke:#999}"
)


def drawing(
    document: Mapping[str, Any],
    events: Mapping[str, Sequence[float]],
    bursts: Mapping[str, Sequence[float]],
) -> str:
    """Give an SVG: lanes of events, lanes of destinations, and a raster of waits for the strongest triggers.

    ``events`` and ``bursts`` are seconds from the beginning of the observation.
    """
    begin, end = document["observation"]["begin_ns"], document["observation"]["end_ns"]
    long = max((end - begin) / 1e9, 1e-9)
    first = [each["destination"] for each in document["triggers"]]
    names = [*dict.fromkeys(name for name in first if name in bursts)]
    names += [name for name in sorted(bursts, key=lambda own: (-len(bursts[own]), own)) if name not in names]
    parts: list[str] = []
    y = 24
    parts.append(f'<text class="t" x="8" y="{y}">Events of the device</text>')
    y = _lanes(parts, sorted(events), events, long=long, y=y + 18, mark="e")
    parts.append(f'<text class="t" x="8" y="{y + 8}">Transmissions</text>')
    y = _lanes(parts, names[:MOST_LANES], bursts, long=long, y=y + 26, mark="s")
    if len(names) > MOST_LANES:
        parts.append(f'<text class="a" x="8" y="{y}">and {len(names) - MOST_LANES} more destinations</text>')
        y += 16
    _axis(parts, begin, end, y)
    y = _rasters(parts, document["triggers"], y + 40)
    told = escape(
        f"Events of the device above its transmissions, {clock(begin)} to {clock(end)} UTC", quote=True
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}"'
    return f'{head} role="img" aria-label="{told}"><style>{_STYLE}</style>{"".join(parts)}</svg>'


def _lanes(  # noqa: PLR0913  (where and what to draw)
    parts: list[str],
    names: Sequence[str],
    columns: Mapping[str, Sequence[float]],
    *,
    long: float,
    y: int,
    mark: str,
) -> int:
    for name in names:
        at = columns[name]
        label = escape(visible(name, 34))
        parts.append(f'<line class="l" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="8" y="{y + 4}">{label} ({len(at)})</text>')
        step = max(1, -(-len(at) // MOST_MARKS))
        paths = [f"M{_x(second, long)} {y - 8}v16" for second in list(at)[::step]]
        parts.append(f'<path class="{mark}" d="{"".join(paths)}"/>')
        y += LANE
    return y


def _x(second: float, long: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * min(max(second / long, 0.0), 1.0), 1)


def _axis(parts: list[str], begin: int, end: int, y: int) -> None:
    parts.append(f'<line class="g" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
    for step in range(5):
        x = LEFT + (WIDTH - LEFT - RIGHT) * step // 4
        anchor = "start" if step == 0 else "end" if step == 4 else "middle"
        text = clock(begin + (end - begin) * step // 4, date=step == 0)
        parts.append(f'<text class="a" x="{x}" y="{y + 16}" text-anchor="{anchor}">{text}</text>')


def _rasters(parts: list[str], triggers: Sequence[Mapping[str, Any]], y: int) -> int:
    """Draw a row an event and a dot at the wait until the next transmission, up to a minute."""
    shown = [each for each in triggers if each["verdict"] not in {"cannot-tell", "no-coupling-seen"}]
    for each in shown[:MOST_RASTERS]:
        title = escape(
            f"{visible(each['event'], 40)} to {visible(each['destination'], 40)}: waits of each event"
        )
        parts.append(f'<text class="t" x="8" y="{y}">{title}</text>')
        rows = each["latencies_s"][:200]
        y += 12
        for row, wait in enumerate(rows):
            if wait is not None and -10 <= wait <= _RASTER_S:
                parts.append(
                    f'<circle class="d" cx="{_x(max(wait, 0), _RASTER_S)}" cy="{y + 3 * row}" r="2"/>'
                )
        y += 3 * len(rows) + 6
        parts.append(f'<line class="g" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        for second in (0, 15, 30, 45, 60):
            x = _x(second, _RASTER_S)
            parts.append(f'<text class="a" x="{x}" y="{y + 14}" text-anchor="middle">{second} s</text>')
        y += 36
    return y
