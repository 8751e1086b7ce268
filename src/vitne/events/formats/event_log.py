"""The binary event log, as ``logcat -b events -B`` writes it.

summary: entries with a header (length, process, time) and typed values behind a tag number
specification: struct logger_entry of liblog, versions 1 to 4; the encoding of the event log (types 0 to 4)
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from vitne.events.device_log import MOST_EVENTS
from vitne.events.rulebook import rulebook
from vitne.events.text import AGES_NS, BACK_NS, FORWARD_NS, OLDEST_NS
from vitne.model import DeviceEvent, Fit, Malformed

if TYPE_CHECKING:
    from vitne.events.device_log import DeviceLog, Hints

_HEAD = struct.Struct("<HHiIII")  # length, header size, process, thread, seconds, nanoseconds
MOST_RECORDS = 20_000_000
LONGEST = 5 * 1024  # bytes of an entry (LOGGER_ENTRY_MAX_LEN)
_DROPPED = {1004, 1006}  # chatty, liblog
_DEEPEST = 8


def fit(head: bytes, name: str) -> int:
    """Tell whether two headers stand where they have to."""
    if len(head) < _HEAD.size:
        return Fit.NO
    at, seen = 0, 0
    while at + _HEAD.size <= len(head) and seen < 3:
        length, size, _, _, seconds, nanoseconds = _HEAD.unpack_from(head, at)
        if (
            size not in {20, 24, 28}
            or not 4 <= length <= LONGEST
            or nanoseconds >= 10**9
            or seconds > 1 << 32
        ):
            return Fit.NO
        at += size + length
        seen += 1
    return Fit.LIKELY if seen > 1 or name.endswith(".bin") else Fit.PERHAPS


def read(data: bytes | memoryview, log: DeviceLog, hints: Hints) -> None:
    """Read all entries; raises Malformed where a header makes no sense, behind what was read."""
    del hints  # times are UTC and whole
    view = memoryview(data)
    at = 0
    parts = Parts()
    try:
        while at < len(view):
            at = _next(view, at, log, parts)
    finally:
        parts.doubt(log)


class Parts:
    """Stretches of a log between two jumps of the clock; only the longest one's clock is trusted."""

    def __init__(self) -> None:
        self.counts = [0]
        self.last: int | None = None
        self.of_events: list[int] = []  # stretch of each event of the log

    def take(self, time_ns: int) -> bool:
        """Count an entry; tell whether the clock jumped before it."""
        last, self.last = self.last, time_ns
        jumped = last is not None and (
            time_ns < last - BACK_NS
            or time_ns > last + AGES_NS
            or (last < OLDEST_NS and time_ns > last + FORWARD_NS)
        )
        if jumped:
            self.counts.append(0)
        self.counts[-1] += 1
        return jumped

    def doubt(self, log: DeviceLog) -> None:
        """Put the events of all stretches but the longest in doubt."""
        if len(self.counts) < 2:
            return
        longest = max(range(len(self.counts)), key=lambda part: (self.counts[part], part))
        for number, (each, part) in enumerate(zip(log.events, self.of_events, strict=True)):
            if part != longest and "clock-not-set" not in each.doubts:
                log.events[number] = msgspec.structs.replace(each, doubts=(*each.doubts, "clock-jump"))


def _next(view: memoryview, at: int, log: DeviceLog, parts: Parts) -> int:
    """Read one entry and give where the next begins; the end of the log where no more is wanted."""
    if at + _HEAD.size > len(view):
        raise Malformed("the log ends inside a header", at=at)
    length, size, _, _, seconds, nanoseconds = _HEAD.unpack_from(view, at)
    if size not in {20, 24, 28} or length > LONGEST or nanoseconds >= 10**9:
        raise Malformed("this is no header of an entry", at=at)
    end: int = at + size + length
    if end > len(view):
        raise Malformed("the log ends inside an entry", at=at)
    log.records += 1
    if log.records > MOST_RECORDS or len(log.events) >= MOST_EVENTS:
        log.say("limit", "only the beginning was read")
        return len(view)
    time_ns = seconds * 10**9 + nanoseconds
    if parts.take(time_ns):
        log.say("clock-jump", "the clock goes back, was set, or goes on by half a year", record=log.records)
    _entry(bytes(view[at + size : end]), time_ns, log)
    parts.of_events += [len(parts.counts) - 1] * (len(log.events) - len(parts.of_events))
    return end


def _entry(payload: bytes, time_ns: int, log: DeviceLog) -> None:
    log.first_ns = time_ns if log.first_ns is None else min(log.first_ns, time_ns)
    log.last_ns = time_ns if log.last_ns is None else max(log.last_ns, time_ns)
    if len(payload) < 4:
        log.say("short-entry", "entries without a tag", record=log.records)
        return
    tag = int.from_bytes(payload[:4], "little")
    rules = rulebook()
    if tag in _DROPPED:
        log.say("lines-dropped", "the log left entries out", record=log.records)
        return
    if tag not in rules.numbers:
        return
    try:
        fields = values(payload[4:])
    except Malformed:
        log.say("unreadable-entry", "entries whose values cannot be read", record=log.records)
        return
    meant = rules.entry(tag, fields)
    if meant is None:
        if not any(len(own.shape) == len(fields) for _, own in rules.numbers[tag]):
            log.say("unknown-shape", f"entries of tag {tag} with other fields than known", record=log.records)
        return
    log.events.append(
        DeviceEvent(
            kind=meant.kind,
            time_ns=time_ns,
            doubts=("clock-not-set",) if time_ns < OLDEST_NS else (),
            detail=meant.detail,
            log=log.name,
            record=log.records,
            rule=meant.rule,
        )
    )


def values(data: bytes) -> list[str | int | float]:
    """Read the values of an entry, a list opened; raises Malformed."""
    if not data:
        return []
    out, at = _value(data, 0, 0)
    if at < len(data) and data[at:] not in {b"\n", b"\0"}:
        raise Malformed("bytes behind the values", at=at)
    return out


def _value(data: bytes, at: int, depth: int) -> tuple[list[str | int | float], int]:
    if at >= len(data):
        raise Malformed("the entry ends before a value", at=at)
    kind = data[at]
    at += 1
    if kind == 3:
        if at >= len(data) or depth >= _DEEPEST:
            raise Malformed("a list without its count, or too deep", at=at)
        count, at = data[at], at + 1
        items: list[str | int | float] = []
        for _ in range(count):
            more, at = _value(data, at, depth + 1)
            items += more
        return items, at
    sizes = {0: 4, 1: 8, 4: 4, 2: 4}
    if kind not in sizes or at + sizes[kind] > len(data):
        raise Malformed("an unknown type, or a value cut short", at=at)
    raw, at = data[at : at + sizes[kind]], at + sizes[kind]
    if kind == 4:
        return [struct.unpack("<f", raw)[0]], at
    number = int.from_bytes(raw, "little", signed=kind != 2)
    if kind != 2:
        return [number], at
    if at + number > len(data):
        raise Malformed("text cut short", at=at)
    return [data[at : at + number].decode("utf-8", "replace")], at + number
