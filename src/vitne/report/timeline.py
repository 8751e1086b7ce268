"""Where things stand in time: lanes of destinations, dots of findings, bars of all messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.report.words import clock, count_of, joined
from vitne.store import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.report.outcome import Outcome
    from vitne.report.overview import Overview, Target

WIDTH, LEFT, RIGHT = 960, 16, 16  # of the drawing, in its own units
_LANE, _BARS, _TOP = 46, 44, 8
_BINS = 160  # bars of all messages
_LANES = 10  # most destinations drawn


class Dot(msgspec.Struct, frozen=True, kw_only=True):
    """One message with findings."""

    x: float
    text: str  # what it is, for a pointer or a screen reader


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One destination."""

    name: str
    y: float  # of its line
    dots: tuple[Dot, ...]


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of any kind in one stretch of time."""

    x: float
    width: float
    height: float  # 0 to the height of the strip


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """A time on the line."""

    x: float
    text: str
    anchor: str  # "start", "middle", "end"


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the picture shows, with the same told in words."""

    height: float
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    base: float  # y of the line the bars stand on
    ticks: tuple[Tick, ...]
    told: str  # the picture in words
    left_out: int  # destinations that found no room


def drawing(case: Outcome, laid: Overview) -> Drawing | None:
    """Lay the picture out; None where there is nothing to place in time."""
    targets = [t for near in laid.devices for t in near.targets if t.direction == "sent" and t.lines]
    times = [f.time_ns for t in targets for f in t.findings]
    if not times:
        return None
    edges = [edge for c in case.captures for edge in (c.first_ns, c.last_ns) if edge is not None] + times
    first, last = min(edges), max(edges)
    long = max(last - first, 1)

    def place(time_ns: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (time_ns - first) / long, 1)

    drawn = targets[:_LANES]
    lanes = tuple(
        Lane(name=t.name, y=_TOP + _LANE * (i + 0.72), dots=_dots(t, place)) for i, t in enumerate(drawn)
    )
    base = _TOP + _LANE * len(lanes) + _BARS + 22
    ticks = _ticks(first, last, place)
    words = [f"{t.name}: {count_of(t.messages, 'message')} with findings" for t in drawn]
    told = f"From {clock(first)} to {clock(last)} UTC. {joined(words)}."
    return Drawing(
        height=base + 24,
        lanes=lanes,
        bars=_bars(case.transmissions, first, last),
        base=base,
        ticks=ticks,
        told=told,
        left_out=len(targets) - len(drawn),
    )


def _dots(target: Target, place: _Place) -> tuple[Dot, ...]:
    """Give one dot per message; messages on the same spot share one."""
    spots: dict[float, list[str]] = {}
    for found in target.findings:
        if found.kind != "attribute":
            told = spots.setdefault(place(found.time_ns), [f"{clock(found.time_ns)} UTC"])
            if found.identifier not in told:
                told.append(found.identifier)
    return tuple(Dot(x=x, text=f"{told[0]}: {joined(told[1:])}") for x, told in sorted(spots.items()))


def _bars(rows: Iterable[Any], first: int, last: int) -> tuple[Bar, ...]:
    """Count all messages in equal stretches; the highest bar fills the strip."""
    edges = [first + -(-step * max(last - first, 1) // _BINS) for step in range(_BINS)]
    counts = np.zeros(_BINS, dtype=np.int64)
    for columns in columns_of(rows, only=("time_ns",)):
        times = columns.numbers["time_ns"]
        inside = times[(first <= times) & (times <= last)]
        counts += np.bincount(np.searchsorted(edges, inside, side="right") - 1, minlength=_BINS)
    bins: list[int] = counts.tolist()
    most = max(bins, default=0)
    step = (WIDTH - LEFT - RIGHT) / _BINS
    return tuple(
        Bar(
            x=round(LEFT + i * step, 1),
            width=round(step * 0.8, 2),
            height=round(max(_BARS * (n / most) ** 0.5, 2), 1),
        )
        for i, n in enumerate(bins)
        if n
    )


def _ticks(first: int, last: int, place: _Place) -> tuple[Tick, ...]:
    """Give five times from begin to end; only the first has a date."""
    out = []
    for i in range(5):
        at = first + (last - first) * i // 4
        anchor = "start" if i == 0 else "end" if i == 4 else "middle"
        out.append(Tick(x=place(at), text=clock(at, date=i == 0), anchor=anchor))
    return tuple(out)


if TYPE_CHECKING:
    from collections.abc import Callable

    _Place = Callable[[int], float]
