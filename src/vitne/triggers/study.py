"""What is tested: events and bursts on one clock, in seconds from the beginning of the observation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.triggers.bursts import burst_starts
from vitne.triggers.offset import ZONES_S, Offset, from_anchors, from_samples
from vitne.triggers.strata import Sessions, sessions_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from vitne.model import ClockSample, DeviceEvent

ANCHORS = frozenset({"boot", "network-connected", "screen-on", "keyguard-gone", "in-service"})
UNTESTED = frozenset({"stimulus", "sham", "note", "clock-set", "screen-off"})
HOPELESS = frozenset({"clock-not-set", "clock-jump"})  # a time with such a doubt cannot be placed at all
INCOMPARABLE = "by a clock that cannot be compared with the capture's"
TWICE = "marked by a person and told by a log"
MARK_BOUND_S = 2.0  # a person's mark is late or early by so much
LEAST_SPLIT, MOST_SPLIT = 5, 20  # an app is tested on its own from so many openings on; so many apps at most
DAY_NS = 86_400 * 10**9


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """The stretch in which both the capture and the log ran, and where the device's clock stands in it."""

    begin_ns: int  # nanoseconds UTC by the capture's clock
    end_ns: int
    offset: Offset | None  # None: it cannot be bounded
    left_out: dict[str, int]  # events that could not be placed, by reason

    @property
    def span_s(self) -> tuple[float, float]:
        """Give begin and end in seconds from the beginning."""
        return 0.0, (self.end_ns - self.begin_ns) / 1e9


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """Columns ready for the tests."""

    observation: Observation
    events: dict[str, np.ndarray]  # kind, or kind:detail -> sorted seconds
    early: dict[str, float]  # by kind: how far the event's clock may run ahead, seconds
    bursts: dict[str, np.ndarray]  # destination -> sorted seconds
    sessions: Sessions | None
    slots: dict[str, tuple[np.ndarray, np.ndarray]]  # arm -> seconds of its slots, and of the sham slots


def placed(times_ns: NDArray[np.int64], begin_ns: int) -> NDArray[np.float64]:
    """Give nanoseconds UTC as seconds from a beginning."""
    out: NDArray[np.float64] = (times_ns - begin_ns).astype(np.float64) / 1e9
    return out


def study(  # noqa: PLR0913  (columns and what places them)
    events: Sequence[DeviceEvent],
    samples: Sequence[ClockSample],
    times_ns: Mapping[str, NDArray[np.int64]],
    *,
    span_ns: tuple[int, int],
    anchors_ns: NDArray[np.int64] | None = None,
    chance: np.random.Generator,
) -> Study:
    """Put events and transmissions on the capture's clock.

    ``times_ns`` holds per destination when something was sent to it, ``span_ns`` when the capture ran,
    ``anchors_ns`` all that the clocks may be compared by (by default all that was sent).  The stretch that is
    tested ends where the events end: what was sent without a log says nothing about events.
    """
    usable, left_out = _usable(events, span_ns)
    if anchors_ns is None:
        anchors_ns = np.concatenate([np.zeros(0, dtype=np.int64), *times_ns.values()])
    offset = _offset(usable, samples, anchors_ns, span_ns=span_ns, chance=chance)
    own = [each for each in usable if each.clock == "capture"]
    if offset is None and own:  # a person's marks and a trial's slots need no comparison
        left_out[INCOMPARABLE] = len(usable) - len(own)
        usable, offset = own, _offset(own, (), anchors_ns, span_ns=span_ns, chance=chance)
    shift = round(offset.seconds * 1e9) if offset is not None else 0
    moved = [(each, each.time_ns - (0 if each.clock == "capture" else shift)) for each in usable]
    moved, twice = _once(moved)
    if twice:
        left_out[TWICE] = twice
    begin, end = _common(moved, span_ns)
    inside = [(each, at) for each, at in moved if begin <= at <= end]
    if len(inside) < len(moved):
        left_out["outside the capture"] = len(moved) - len(inside)
    columns, early = _columns(inside, begin, offset)
    lit, dark = (_of(inside, kind, begin) for kind in ("screen-on", "screen-off"))
    seconds = (end - begin) / 1e9
    sessions = sessions_from(lit, dark, end_s=seconds) if len(lit) and len(dark) else None
    bursts = {}
    for name in sorted(times_ns):
        column = burst_starts(placed(np.asarray(times_ns[name], dtype=np.int64), begin))
        column = column[(column >= 0) & (column <= seconds)]
        if len(column):
            bursts[name] = column
    return Study(
        observation=Observation(begin_ns=begin, end_ns=end, offset=offset, left_out=left_out),
        events=columns,
        early=early,
        bursts=bursts,
        sessions=sessions,
        slots=_slots(inside, begin),
    )


def _usable(
    events: Sequence[DeviceEvent], span_ns: tuple[int, int]
) -> tuple[list[DeviceEvent], dict[str, int]]:
    """Leave out events whose time means nothing, and those more than a day from the capture."""
    left_out: dict[str, int] = {}
    usable = []
    for each in events:
        why = next((doubt for doubt in each.doubts if doubt in HOPELESS), "")
        if not why and not span_ns[0] - DAY_NS <= each.time_ns <= span_ns[1] + DAY_NS:
            why = "more than a day from the capture"
        if why:
            left_out[why] = left_out.get(why, 0) + 1
        else:
            usable.append(each)
    return usable, left_out


def _offset(
    events: Sequence[DeviceEvent],
    samples: Sequence[ClockSample],
    anchors_ns: NDArray[np.int64],
    *,
    span_ns: tuple[int, int],
    chance: np.random.Generator,
) -> Offset | None:
    """Find the offset; events on the capture's own clock need none."""
    if samples:
        offsets = np.array([each.offset_ns / 1e9 for each in samples])
        return from_samples(offsets, np.array([each.bound_ns / 1e9 for each in samples]))
    own = [each for each in events if each.clock == "device"]
    if not own:
        return Offset(seconds=0.0, bound_s=MARK_BOUND_S, how="marks on the capture's own clock", anchors=0)
    anchors = np.sort(
        placed(np.array([e.time_ns for e in own if e.kind in ANCHORS], dtype=np.int64), span_ns[0])
    )
    bursts = burst_starts(placed(anchors_ns, span_ns[0]), 0.5)
    zoneless = any("zone-assumed" in each.doubts for each in own)
    return from_anchors(anchors, bursts, chance=chance, zones=ZONES_S if zoneless else (0.0,))


def _once(
    moved: list[tuple[DeviceEvent, int]],
) -> tuple[list[tuple[DeviceEvent, int]], int]:
    """Leave out a person's mark where a log tells of the same within seconds; give how many."""
    told: dict[str, NDArray[np.int64]] = {}
    for kind in {each.kind for each, _ in moved if each.clock != "capture"}:
        own = [at for each, at in moved if each.kind == kind and each.clock != "capture"]
        told[kind] = np.sort(np.array(own, dtype=np.int64))
    reach = round(2 * MARK_BOUND_S * 1e9)
    kept = []
    for each, at in moved:
        own_kind = told.get(each.kind) if each.clock == "capture" else None
        if own_kind is not None:
            low, high = np.searchsorted(own_kind, [at - reach, at + reach])
            if low < high:
                continue
        kept.append((each, at))
    return kept, len(moved) - len(kept)


def _common(moved: Sequence[tuple[DeviceEvent, int]], span_ns: tuple[int, int]) -> tuple[int, int]:
    """Give the stretch of the capture that the events reach over, with a minute to both sides."""
    if not moved:
        return span_ns
    times = [at for _, at in moved]
    begin = max(span_ns[0], min(times) - 60 * 10**9)
    end = min(span_ns[1], max(times) + 120 * 10**9)
    return (begin, end) if end > begin else span_ns


def _of(moved: Sequence[tuple[DeviceEvent, int]], kind: str, begin: int) -> NDArray[np.float64]:
    return np.sort(placed(np.array([at for each, at in moved if each.kind == kind], dtype=np.int64), begin))


def _columns(
    moved: Sequence[tuple[DeviceEvent, int]], begin: int, offset: Offset | None
) -> tuple[dict[str, NDArray[np.float64]], dict[str, float]]:
    """Sort events by kind, and openings of an app by app where it was opened often."""
    times: dict[str, list[int]] = {}
    early: dict[str, float] = {}
    for each, at in moved:
        if each.kind in UNTESTED:
            continue
        bound = MARK_BOUND_S if each.clock == "capture" else (offset.bound_s if offset is not None else 0.0)
        bound = max(bound, each.early_ns / 1e9)
        names = [each.kind, *([f"{each.kind}:{each.detail}"] if each.kind == "app-foreground" else [])]
        for name in names:
            times.setdefault(name, []).append(at)
            early[name] = max(early.get(name, 0.0), bound)
    split = sorted((name for name in times if ":" in name), key=lambda name: (-len(times[name]), name))
    dropped = {
        name for rank, name in enumerate(split) if rank >= MOST_SPLIT or len(times[name]) < LEAST_SPLIT
    }
    kept = sorted(name for name in times if name not in dropped)
    return {name: np.sort(placed(np.array(times[name], dtype=np.int64), begin)) for name in kept}, early


def _slots(
    moved: Sequence[tuple[DeviceEvent, int]], begin: int
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Give per arm of a trial the moments of its slots, and those of the sham slots."""
    arms: dict[str, list[int]] = {}
    shams: list[int] = []
    for each, at in moved:
        if each.kind == "stimulus":
            arms.setdefault(each.detail, []).append(at)
        elif each.kind == "sham":
            shams.append(at)
    sham = np.sort(placed(np.array(shams, dtype=np.int64), begin))
    if not len(sham):
        return {}
    return {
        arm: (np.sort(placed(np.array(at, dtype=np.int64), begin)), sham) for arm, at in sorted(arms.items())
    }
