"""Output of ``dumpsys``: power, usagestats and package.

summary: usage events with their times, the last waking and sleeping, installs and updates of packages
specification: dump methods of UsageStatsService, PowerManagerService and PackageManagerService
"""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, Any

from vitne.events.device_log import MOST_EVENTS
from vitne.events.rulebook import rulebook
from vitne.model import DeviceEvent, EventKind, Fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.events.device_log import DeviceLog, Hints

_USAGE = re.compile(
    rb'time=(?:"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"|(\d{13})) type=(\w{1,60}) package=(\S{1,200})'
)
_PACKAGE = re.compile(rb"^\s{0,12}Package \[([\w.\-]{1,200})\]")
_INSTALLED = re.compile(rb"^\s{0,16}(firstInstallTime|lastUpdateTime)=(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")
_AGO = re.compile(rb"^\s{0,12}m?[Ll]ast(?:Global)?(Wake|Sleep)Time(?:RealtimeMs)?=\d+ \((\d{1,12}) ms ago\)")
_DUMPED = re.compile(rb"dumpstate: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")
_HEAD = re.compile(
    rb'time=(?:"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"|\d{13}) type=|^POWER MANAGER|mWakefulness=|firstInstallTime=',
    re.MULTILINE,
)
LONGEST_LINE = 65_536


def fit(head: bytes, name: str) -> int:
    """Tell whether lines of one of the three dumps stand in it."""
    del name
    return Fit.LIKELY if _HEAD.search(head[:65_536]) else Fit.NO


def read(data: bytes | memoryview, log: DeviceLog, hints: Hints) -> None:
    """Read the dump; its times are local and, but for power, whole seconds."""
    package, dumped = "", hints.near_ns
    for number, line in enumerate(lines(data), 1):
        log.records = number
        if len(log.events) >= MOST_EVENTS:
            log.say("limit", f"only the first {MOST_EVENTS} events were kept")
            return
        if (found := _DUMPED.search(line)) is not None:
            dumped = utc(found[1], hints)
        elif (found := _USAGE.search(line)) is not None:
            _used(found, log, hints)
        elif (found := _PACKAGE.search(line)) is not None:
            package = found[1].decode("ascii", "replace")
        elif (found := _INSTALLED.search(line)) is not None:
            kind: EventKind = "app-installed" if found[1] == b"firstInstallTime" else "app-updated"
            add(log, hints, kind, utc(found[2], hints), detail=package, rule="dumpsys package")
        elif (found := _AGO.search(line)) is not None:
            _ago(found, log, hints, dumped)
    if hints.zone_s is None and log.events:
        log.say("no-zone", "times without a time zone: UTC is taken unless --zone says otherwise")


def lines(data: bytes | memoryview) -> Iterator[bytes]:
    """Give the lines of a text, each cut at a stated length."""
    view = bytes(data) if isinstance(data, memoryview) else data
    at = 0
    while at < len(view):
        end = view.find(b"\n", at)
        end = len(view) if end < 0 else end
        yield view[at : min(end, at + LONGEST_LINE)]
        at = end + 1


def utc(text: bytes, hints: Hints) -> int | None:
    """Read ``YYYY-MM-DD HH:MM:SS`` of the phone's zone as nanoseconds UTC; None for no date."""
    numbers = [int(part) for part in re.findall(rb"\d+", text)]
    year, month, day, hour, minute, second = numbers
    if not (
        1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61 and year >= 1970
    ):
        return None
    return (calendar.timegm((year, month, day, hour, minute, second)) - (hints.zone_s or 0)) * 10**9


def add(  # noqa: PLR0913  (parts of one event)
    log: DeviceLog, hints: Hints, kind: EventKind, time_ns: int | None, *, detail: str = "", rule: str = ""
) -> None:
    """Add an event with a time in whole seconds."""
    if time_ns is None:
        log.say("no-time", "entries whose date is none", record=log.records)
        return
    doubts: Any = ("coarse",) if hints.zone_s is not None else ("coarse", "zone-assumed")
    log.events.append(
        DeviceEvent(
            kind=kind,
            time_ns=time_ns,
            late_ns=10**9,
            doubts=doubts,
            detail=detail,
            log=log.name,
            record=log.records,
            rule=rule,
        )
    )
    log.first_ns = time_ns if log.first_ns is None else min(log.first_ns, time_ns)
    log.last_ns = time_ns if log.last_ns is None else max(log.last_ns, time_ns)


def _used(found: re.Match[bytes], log: DeviceLog, hints: Hints) -> None:
    meant = rulebook().used(found[3].decode("ascii"), found[4].decode("utf-8", "replace"))
    if meant is None:
        return
    if found[2]:  # a dump for programs: milliseconds UTC
        exact = DeviceEvent(
            kind=meant.kind,
            time_ns=int(found[2]) * 10**6,
            detail=meant.detail,
            log=log.name,
            record=log.records,
            rule=meant.rule,
        )
        log.events.append(exact)
    else:
        add(log, hints, meant.kind, utc(found[1], hints), detail=meant.detail, rule=meant.rule)


def _ago(found: re.Match[bytes], log: DeviceLog, hints: Hints, dumped: int | None) -> None:
    if dumped is None:
        log.say("no-time", "«ms ago» without the moment of the dump", record=log.records)
        return
    kind: EventKind = "screen-on" if found[1] == b"Wake" else "screen-off"
    add(log, hints, kind, dumped - int(found[2]) * 10**6, rule="dumpsys power")
