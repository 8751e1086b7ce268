"""What reading one log gives, and what may be told to the reader beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.model import ClockSample, DeviceEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_EVENTS = 200_000  # kept of one log
SAME_NS = 2 * 10**9  # two entries of one kind this near are one event, told twice
_TOLD_ONCE = frozenset({"stimulus", "sham", "note", "consent-given", "consent-refused", "setting-changed"})
_STATES = (
    ("screen-on", "screen-off"),
    ("keyguard-gone", "keyguard-shown"),
    ("charging-on", "charging-off"),
    ("in-service", "out-of-service"),
    ("roaming-on", "roaming-off"),
)
_POLLED = frozenset({"roaming-on", "roaming-off"})  # told again and again: only a change is an event
_SPREAD_NS = {  # kinds that several lines tell, seconds apart
    "boot": 180 * 10**9,
    "network-connected": 10 * 10**9,  # joined, then found to lead somewhere; a network is also told of anew
}


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What the log does not tell and the user or the case does."""

    near_ns: int | None = (
        None  # a moment near to the log, nanoseconds UTC: tells the year of lines without one
    )
    zone_s: int | None = None  # seconds that local time is ahead of UTC, for lines without a zone


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a log that a reader of a verdict has to know."""

    name: str  # kebab-case word, e.g. "clock-jump"
    note: str  # for a person; never holds text of the log
    record: int | None = None  # first line or record it is about, from 1
    count: int = 1  # how many alike it stands for


class DeviceLog(msgspec.Struct, kw_only=True):
    """One log, read."""

    name: str  # base name of the file
    format: str  # reader that read it
    events: list[DeviceEvent] = []
    samples: list[ClockSample] = []  # comparisons of two clocks
    remarks: list[Remark] = []
    payloads: list[tuple[int, int, bytes]] = []  # record, time_ns, what looks like a sent record in clear
    records: int = 0  # lines or records read
    first_ns: int | None = None  # earliest and latest time of any line, by the log's clock
    last_ns: int | None = None
    sha256: str = ""  # digest of the file

    def say(self, name: str, note: str, *, record: int | None = None, count: int = 1) -> None:
        """Add a remark; of many alike the first is kept and counted up."""
        for index, each in enumerate(self.remarks):
            if each.name == name and each.note == note:
                self.remarks[index] = msgspec.structs.replace(each, count=each.count + count)
                return
        self.remarks.append(Remark(name=name, note=note, record=record, count=count))

    def settle(self) -> None:
        """Sort the events, and keep one of those that tell the same change twice."""
        self.events.sort(key=lambda each: (each.time_ns, each.kind, each.record))
        kinds = {each.kind for each in self.events}
        pair = {
            kind: state
            for state in _STATES
            if set(state) <= kinds or kinds & set(state) & _POLLED
            for kind in state
        }
        state: dict[tuple[tuple[str, str], str], str] = {}
        last: dict[tuple[str, str], int] = {}  # place of the event among those kept
        kept: list[DeviceEvent] = []
        for each in self.events:
            if each.kind in _TOLD_ONCE:
                kept.append(each)
                continue
            key = (each.kind, each.detail)
            same = _SPREAD_NS.get(each.kind, SAME_NS)
            place = last.get(key)
            if place is not None and each.time_ns - kept[place].time_ns <= same:
                if "coarse" in kept[place].doubts and "coarse" not in each.doubts:
                    kept[place] = each  # the same, told more exactly
                continue
            if each.kind in pair and _repeats(state, pair[each.kind], each):
                continue
            last[key] = len(kept)
            kept.append(each)
        if len(kept) < len(self.events):
            self.say("told-twice", "entries that repeat an event", count=len(self.events) - len(kept))
        self.events = sorted(kept, key=lambda each: (each.time_ns, each.kind, each.record))


def merged(logs: Iterable[DeviceLog]) -> list[DeviceEvent]:
    """Give the events of several logs of one device: what two of them tell is one event."""
    whole = DeviceLog(name="", format="")
    rest = []
    for log in logs:
        whole.events += [each for each in log.events if each.clock == "device"]
        rest += [each for each in log.events if each.clock != "device"]
    whole.settle()
    return whole.events + rest


def _repeats(state: dict[tuple[tuple[str, str], str], str], pair: tuple[str, str], each: DeviceEvent) -> bool:
    """Tell whether the phone was in that state already; a SIM slot has its own where it is told which."""
    polled = each.kind in _POLLED
    own = pair, each.detail if polled else ""
    again = state.get(own, pair[1] if polled else "") == each.kind
    state[own] = each.kind
    return again
