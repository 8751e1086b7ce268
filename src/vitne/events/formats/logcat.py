"""Text of logcat, any buffer.

summary: readable lines and entries of the event log as ``adb logcat`` prints them
specification: the output formats time, threadtime and long of logcat; the data files in data/events
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.events.device_log import MOST_EVENTS
from vitne.events.rulebook import rulebook, split_fields
from vitne.events.text import Walk
from vitne.model import DeviceEvent, Fit

if TYPE_CHECKING:
    from vitne.events.device_log import DeviceLog, Hints
    from vitne.events.rulebook import Meant
    from vitne.events.text import Candidate

_LINE = re.compile(
    rb"(?:^|\s)[VDIWEFAS](?:/| +)(?P<tag>[^:(\s][^:(]{0,119}?)\s*"
    rb"(?:\(\s*\d+(?:\s*:\s*\d+)?\))?\s*: ?(?P<body>.*)$"
)
_HEAD = re.compile(
    rb"(?m)^(?:--------- beginning of "
    rb"|(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}.{0,60}? ?[VDIWEF][ /]\S"
    rb"|\d{10}\.\d{3} .{0,40}[VDIWEF] )"
)
_PAYLOAD_WORDS = ("REGVER", "SIM1ICCID", "IMEI1", '"imei"')  # a log that repeats what is sent
_LOST = re.compile(rb"(?:expire|identical) (\d{1,9}) lines?")


def fit(head: bytes, name: str) -> int:
    """Tell whether the file begins as logcat does."""
    del name
    return Fit.LIKELY if _HEAD.search(head[:8192]) else Fit.NO


def read(data: bytes | memoryview, log: DeviceLog, hints: Hints) -> None:
    """Read all lines; those that hold no word of the rules count by their times alone."""
    words = (*rulebook().names("android"), "chatty", *_PAYLOAD_WORDS)
    walk = Walk(log, hints, words)
    found: list[tuple[Candidate, Meant]] = []
    for each in walk.lines(data):
        _look(each, log, found)
        if len(found) >= MOST_EVENTS:
            log.say("limit", f"only the first {MOST_EVENTS} events were kept")
            break
    doubtful = walk.doubtful_parts()
    for each, meant in found:
        event = event_of(each, meant, log.name, jumped=each.part in doubtful)
        if event is not None:
            log.events.append(event)


def _look(each: Candidate, log: DeviceLog, found: list[tuple[Candidate, Meant]]) -> None:
    parts = _LINE.search(each.text)
    if parts is None:
        return
    tag, body = parts["tag"].decode("utf-8", "replace").strip(), parts["body"]
    if tag == "chatty":
        lost = _LOST.search(body)
        log.say("lines-dropped", "the log left lines out", count=int(lost[1]) if lost else 1)
        return
    if each.time_ns is not None and b"{" in body and any(word.encode() in body for word in _PAYLOAD_WORDS):
        log.payloads.append((each.record, each.time_ns, body[body.index(b"{") :][:LONGEST_PAYLOAD]))
    text = body.decode("utf-8", "replace").rstrip("\r")
    rules = rulebook()
    meant = rules.entry(tag, split_fields(text))
    if meant is None and rules.shape_differs(tag):
        meant_elsewhere = any(len(split_fields(text)) == len(own.shape) for _, own in rules.tags[tag])
        if not meant_elsewhere:
            log.say(
                "unknown-shape",
                f"entries of {tag} with other fields than the data files know",
                record=each.record,
            )
    if meant is None:
        meant = rules.line("android", tag, text)
    if meant is not None:
        found.append((each, meant))


LONGEST_PAYLOAD = 16_384


def event_of(each: Candidate, meant: Meant, log_name: str, *, jumped: bool) -> DeviceEvent | None:
    """Make an event of a line; None where the line has no time."""
    if each.time_ns is None:
        return None
    doubts: Any = (
        (*each.doubts, "clock-jump") if jumped and "clock-not-set" not in each.doubts else each.doubts
    )
    return DeviceEvent(
        kind=meant.kind,
        time_ns=each.time_ns,
        early_ns=each.early_ns,
        late_ns=each.late_ns,
        doubts=doubts,
        detail=meant.detail,
        log=log_name,
        record=each.record,
        rule=meant.rule,
    )
