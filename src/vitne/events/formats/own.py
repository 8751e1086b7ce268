"""Lists of one's own: marks, the log of a trial, and comparisons of clocks.

summary: JSON (a list), JSON Lines, or CSV with a head: time, kind; detail, clock, early_s, late_s if wanted
specification: RFC 8259; RFC 4180; RFC 3339 for times (a number counts as seconds since 1970)
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.events.device_log import MOST_EVENTS, Hints
from vitne.model import EVENT_KINDS, ClockSample, DeviceEvent, Fit, Malformed, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.events.device_log import DeviceLog

WORDS = {"unlock": "keyguard-gone", "lock": "keyguard-shown", "reboot": "boot"}  # what a person may write
MOST_BYTES = 256 << 20
_ROW = re.compile(rb'^\s*\[?\s*\{"?')


def fit(head: bytes, name: str) -> int:
    """Tell by the keys ``time`` and ``kind`` (or ``offset_ns``) near the beginning."""
    start = head[:4096]
    if _ROW.match(start):
        keyed = b'"time"' in start and (b'"kind"' in start or b'"offset_ns"' in start)
        return Fit.CERTAIN if keyed else Fit.PERHAPS if name.endswith((".json", ".jsonl")) else Fit.NO
    first = start.split(b"\n", 1)[0].lower().strip().lstrip(b"\xef\xbb\xbf")
    names = [part.strip().strip(b'"') for part in first.split(b",")]
    return Fit.CERTAIN if b"time" in names and b"kind" in names else Fit.NO


def read(data: bytes | memoryview, log: DeviceLog, hints: Hints) -> None:
    """Read all rows; raises Malformed where none is one, and on a list of JSON that breaks off.

    A line of JSON that was not written to its end costs itself only: marks behind it count.
    """
    if len(data) > MOST_BYTES:
        raise Malformed(f"a list of events may have {MOST_BYTES} bytes")
    text = bytes(data).removeprefix(b"\xef\xbb\xbf")
    for number, row in _rows(text, log):
        log.records = number
        if len(log.events) >= MOST_EVENTS:
            log.say("limit", f"only the first {MOST_EVENTS} events were kept")
            return
        _take(row, number, log, hints)


def _rows(text: bytes, log: DeviceLog) -> Iterator[tuple[int, dict[str, Any]]]:
    stripped = text.lstrip()
    if stripped[:1] == b"[":
        try:
            yield from enumerate(msgspec.json.decode(text, type=list[dict[str, Any]]), 1)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(f"this is no JSON list of events ({type(error).__name__})") from error
    elif stripped[:1] == b"{":
        yield from _lines(text, log)
    else:
        yield from _csv(text)


def _lines(text: bytes, log: DeviceLog) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the objects of lines; raises Malformed where no line is one."""
    objects = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            log.say("malformed", "lines that are no JSON object", record=number)
            continue
        objects += 1
        yield number, row
    if not objects:
        raise Malformed("no line is a JSON object")


def _csv(text: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text.decode("utf-8", "replace"), newline=""))
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        if not {"time", "kind"} <= set(names):
            raise Malformed("the first line of the CSV does not name the columns time and kind", at=0)
        reader.fieldnames = names
        for row in reader:
            yield reader.line_num, {str(key): value for key, value in row.items() if key is not None}
    except csv.Error as error:
        raise Malformed(f"this is no CSV ({error})") from error


def _take(row: dict[str, Any], number: int, log: DeviceLog, hints: Hints) -> None:
    """Make an event or a comparison of clocks of one row, or remark why not."""
    try:
        time_ns, zoneless = _time(row.get("time"), hints)
    except (ValueError, OverflowError):
        log.say("no-time", "rows whose time is none", record=number)
        return
    if isinstance(row.get("offset_ns"), int) and isinstance(row.get("bound_ns"), int):
        log.samples.append(
            ClockSample(
                time_ns=time_ns,
                offset_ns=row["offset_ns"],
                bound_ns=row["bound_ns"],
                log=log.name,
                record=number,
            )
        )
        return
    kind = str(row.get("kind") or "").strip().lower().replace("_", "-")
    kind = WORDS.get(kind, kind)
    if kind not in EVENT_KINDS:
        log.say("unknown-kind", "rows with a kind that is none", record=number)
        return
    log.events.append(
        DeviceEvent(
            kind=kind,  # type: ignore[arg-type]
            time_ns=time_ns,
            early_ns=_seconds(row.get("early_s")),
            late_ns=_seconds(row.get("late_s")),
            doubts=("zone-assumed",) if zoneless else (),
            detail=str(row.get("detail") or "")[:200],
            clock="capture" if row.get("clock") == "capture" else "device",
            log=log.name,
            record=number,
            rule="own list",
        )
    )
    log.first_ns = time_ns if log.first_ns is None else min(log.first_ns, time_ns)
    log.last_ns = time_ns if log.last_ns is None else max(log.last_ns, time_ns)


def _seconds(value: Any) -> int:
    try:
        return max(0, min(round(float(value) * 1e9), 86_400 * 10**9))
    except (TypeError, ValueError, OverflowError):
        return 0


def _time(value: Any, hints: Hints) -> tuple[int, bool]:
    """Give nanoseconds UTC and whether the zone was assumed; raises ValueError or OverflowError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        out, zoneless = round(value * 10**9) if isinstance(value, int) else round(value * 1e9), False
    else:
        text = str(value or "").strip()
        if re.fullmatch(r"\d{9,11}(?:\.\d+)?", text):
            whole, _, fraction = text.partition(".")
            out, zoneless = int(whole) * 10**9 + int(fraction[:9].ljust(9, "0") or "0"), False
        else:
            out, zoneless = _written(text, hints)
    if not -(1 << 62) < out < 1 << 62:
        raise ValueError("beyond the years that are kept")
    return out, zoneless


def _written(text: str, hints: Hints) -> tuple[int, bool]:
    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?\s*(Z|[+-]\d\d:?\d\d)?", text, re.IGNORECASE
    )
    if found is None:
        raise ValueError("no time of RFC 3339")
    moment = dt.datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
    seconds = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(seconds=1)
    zone = hints.zone_s or 0
    if found[4] and found[4] not in "Zz":
        sign = -1 if found[4][0] == "-" else 1
        zone = sign * (int(found[4][1:3]) * 3600 + int(found[4][-2:]) * 60)
    elif found[4]:
        zone = 0
    fraction = int((found[3] or "0").ljust(9, "0"))
    return (seconds - zone) * 10**9 + fraction, found[4] is None and hints.zone_s is None


def moment(text: str) -> int:
    """Read a moment as RFC 3339 or seconds since 1970, as nanoseconds UTC; raises UsageError."""
    try:
        return _time(text, Hints())[0]
    except (ValueError, OverflowError) as error:
        raise UsageError(
            "this is no moment", where=text, expected="RFC 3339, as 2019-02-03T06:14:30Z"
        ) from error
