"""Text of the system log of iOS, as tools print it from the relay.

summary: month, day, time and host before process, number and message; or a whole date, as newer tools write
specification: RFC 3164 section 4.1.2 for the time; the lines of data/events/ios-syslog.toml
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.events.device_log import MOST_EVENTS
from vitne.events.formats.dumpsys import lines
from vitne.events.rulebook import rulebook
from vitne.events.stamps import with_year
from vitne.events.text import BACK_NS
from vitne.model import DeviceEvent, Fit

if TYPE_CHECKING:
    from vitne.events.device_log import DeviceLog, Hints

_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_LINE = re.compile(
    rb"^(?:\[?)(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    rb"(?P<fraction>\.\d{1,9})?\]? (?:(?P<host>\S{1,120}) )?"
    rb"(?P<process>[A-Za-z][\w.\-]{0,80})(?:\((?P<library>[^)]{0,120})\))?\[\d{1,9}\] "
    rb"<(?P<level>\w{1,20})>: ?(?P<body>.*)$"
)
_DATED = re.compile(  # of the live relay, and of exported archives in the style of a syslog or by default
    rb"^(?P<date>\d{4}-\d\d-\d\d) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    rb"(?P<fraction>\.\d{1,9})?(?P<zone>[+-]\d{4})?\s+"
    rb"(?:0x[0-9a-f]{1,16} +\w{1,20} +0x[0-9a-f]{1,16} +\d{1,9} +\d{1,9} +|(?P<host>[\w.\-]{1,120}) +)?"
    rb"(?P<process>[A-Za-z][\w.\-]{0,80})(?:\{[^}]{0,120}\})?(?:\[\d{1,9}\])?(?: <(?P<level>\w{1,20})>)?: ?"
    rb"(?:\([^)]{0,120}\) )?(?:\[[^\]]{0,120}\] )?(?P<body>.*)$"
)
MOST_LINES = 20_000_000


def fit(head: bytes, name: str) -> int:
    """Tell whether one of the first lines has the form."""
    del name
    begin = head[:8192].splitlines()[:20]
    if any(_LINE.match(line) for line in begin):
        return Fit.LIKELY
    return Fit.LIKELY if sum(_DATED.match(line) is not None for line in begin) > 1 else Fit.NO


def read(data: bytes | memoryview, log: DeviceLog, hints: Hints) -> None:
    """Read all lines; without a moment near to the log lines without a year are not kept."""
    last: int | None = None
    jumped = False
    for number, line in enumerate(lines(data), 1):
        log.records = number
        found = _LINE.match(line[:8192]) or _DATED.match(line[:8192])
        if number > MOST_LINES or len(log.events) >= MOST_EVENTS:
            log.say("limit", "only the beginning was read")
            break
        time_ns = _time(found, log, hints) if found is not None else None
        if found is None or time_ns is None:
            log.say("no-time", "lines without a time at their beginning", record=number)
            continue
        if last is not None and time_ns < last - BACK_NS:
            log.say("clock-jump", "the clock goes back by more than a minute", record=number)
            jumped = True
        last = time_ns
        log.first_ns = time_ns if log.first_ns is None else min(log.first_ns, time_ns)
        log.last_ns = time_ns if log.last_ns is None else max(log.last_ns, time_ns)
        _event(found, time_ns, log, hints)
    if jumped:  # which side is right cannot be told from the log alone
        log.events = [
            msgspec.structs.replace(each, doubts=(*each.doubts, "clock-jump")) for each in log.events
        ]


def _event(found: re.Match[bytes], time_ns: int, log: DeviceLog, hints: Hints) -> None:
    text = found["body"].decode("utf-8", "replace")
    meant = rulebook().line("ios", found["process"].decode("ascii", "replace"), text)
    if meant is None:
        return
    coarse = found["fraction"] is None
    told = found.groupdict()
    doubts: Any = [] if told.get("date") else ["year-assumed"]
    if hints.zone_s is None and not told.get("zone"):
        doubts.append("zone-assumed")
    if coarse:
        doubts.append("coarse")
    log.events.append(
        DeviceEvent(
            kind=meant.kind,
            time_ns=time_ns,
            late_ns=10**9 if coarse else 0,
            doubts=tuple(doubts),
            detail=meant.detail,
            log=log.name,
            record=log.records,
            rule=meant.rule,
        )
    )


def _time(found: re.Match[bytes], log: DeviceLog, hints: Hints) -> int | None:
    """Give nanoseconds UTC; what the line does not tell is taken from the hints, and said once."""
    told = found.groupdict()
    date, zone = told.get("date"), told.get("zone")
    if zone:
        minutes = int(zone[1:3]) * 60 + int(zone[3:5])
        ahead = minutes * (-60 if zone[:1] == b"-" else 60)
    else:
        ahead = hints.zone_s or 0
        if hints.zone_s is None and not any(each.name == "no-zone" for each in log.remarks):
            log.say("no-zone", "lines without a time zone: UTC is taken unless --zone says otherwise")
    if date:
        local = _since(found, date.decode("ascii"), 0)
        return None if local is None else local - ahead * 10**9
    if hints.near_ns is None and not any(each.name == "no-year" for each in log.remarks):
        log.say("no-year", "lines without a year, and nothing tells which: they are not used")
    if hints.near_ns is None or told["month"] not in _MONTHS:
        return None
    local = _since(found, f"2000-{_MONTHS.index(told['month']) + 1:02}-01", int(found["day"]) - 1)
    if local is None:
        return None
    placed = with_year(np.array([local], dtype=np.int64), hints.near_ns)
    return int(placed[0]) - ahead * 10**9


def _since(found: re.Match[bytes], date: str, days: int) -> int | None:
    """Give nanoseconds from 1970 to a local time of a line; None where the date is none."""
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    if not (0 <= days <= 30 and hour < 24 and minute < 60 and second < 61):
        return None
    try:
        days += int(np.datetime64(date).astype(np.int64))
    except ValueError:
        return None
    if not 0 <= days < 100_000:
        return None
    fraction = int((found["fraction"] or b".0")[1:].ljust(9, b"0"))
    return (days * 86_400 + hour * 3600 + minute * 60 + second) * 10**9 + fraction
