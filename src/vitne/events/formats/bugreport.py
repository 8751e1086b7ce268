"""Bug reports of Android: a zip with one long text of many sections.

summary: the sections that hold logs and dumps are read one by one by their own readers
specification: the layout of dumpstate (``------ TITLE (command) ------``), versions 1 and 2
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

import msgspec

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import dumpsys, logcat
from vitne.model import Fit, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TEXT = 1 << 30  # bytes of the text in the zip
MOST_MEMBERS = 20_000
MOST_SECTIONS = 2_000
_SECTION = re.compile(rb"(?m)^------ ([A-Z][^\n(]{1,80}?) ?(?:\([^\n]{0,200}\))? ------\r?$")
_DUMP = re.compile(rb"(?m)^DUMP OF SERVICE (?:CRITICAL |HIGH |NORMAL )?(power|usagestats|package):?\r?$")
_ZONE = re.compile(rb"\[persist\.sys\.timezone\]: \[([\w/+\-]{1,60})\]")
_STARTED = re.compile(rb"(?m)^== dumpstate: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\r?$")
_VERSION = re.compile(rb"(?m)^Build fingerprint: '([^'\n]{1,200})'")
_LOGS = (b"SYSTEM LOG", b"EVENT LOG", b"MAIN LOG", b"RADIO LOG", b"LAST LOGCAT", b"LAST SYSTEM LOG")


def fit(head: bytes, name: str) -> int:
    """Tell a bug report by its first line, or a zip by its name."""
    if b"== dumpstate: " in head[:4096]:
        return Fit.CERTAIN
    if head[:4] == b"PK\x03\x04":
        return Fit.LIKELY if "bugreport" in name.lower() or b"bugreport" in head[:512] else Fit.PERHAPS
    return Fit.NO


def read(data: bytes | memoryview, log: DeviceLog, hints: Hints) -> None:
    """Read all sections that matter; raises Malformed on a zip that cannot be read."""
    text = _text(data) if bytes(data[:4]) == b"PK\x03\x04" else bytes(data)
    started = _STARTED.search(text)
    hints = _zone(text, log, hints)
    if started is not None and hints.near_ns is None:
        hints = msgspec.structs.replace(hints, near_ns=dumpsys.utc(started[1], hints))
    if (build := _VERSION.search(text)) is not None:
        log.say("build", f"build {build[1].decode('ascii', 'replace')}")
    for number, (title, body, line) in enumerate(_sections(text)):
        if number >= MOST_SECTIONS:
            log.say("limit", f"only the first {MOST_SECTIONS} sections were read")
            return
        part = DeviceLog(name=log.name, format=log.format)
        if title.startswith(_LOGS):
            logcat.read(body, part, hints)
        elif title == b"DUMP":
            dumpsys.read((b"== " + started[0][3:] + b"\n" + body) if started else body, part, hints)
        ahead = title == b"DUMP" and started is not None  # a line was put before the section
        _merge(log, part, line - ahead)


def _text(data: bytes | memoryview) -> bytes:
    """Give the long text out of the zip, within a bound."""
    try:
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise Malformed(f"the zip holds more than {MOST_MEMBERS} files")
            named = [each for each in members if re.search(r"(?:^|/)bugreport[^/]*\.txt$", each.filename)]
            if not named:
                raise Malformed("the zip holds no bugreport text")
            with archive.open(max(named, key=lambda each: each.file_size)) as member:
                text = member.read(MOST_TEXT + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Malformed(f"the zip cannot be read ({type(error).__name__})") from error
    if len(text) > MOST_TEXT:
        raise Malformed(f"the text in the zip is longer than {MOST_TEXT} bytes")
    return text


def _zone(text: bytes, log: DeviceLog, hints: Hints) -> Hints:
    """Take the phone's own zone from its properties, where the user did not say it and it is a fixed one."""
    found = _ZONE.search(text)
    if found is None or hints.zone_s is not None:
        return hints
    name = found[1].decode("ascii")
    log.say("zone", f"the phone's time zone is {name}")
    if name in {"UTC", "GMT", "Etc/UTC", "Etc/GMT"}:
        return msgspec.structs.replace(hints, zone_s=0)
    if (fixed := re.fullmatch(r"Etc/GMT([+-])(1[0-4]|\d)", name)) is not None:  # POSIX counts to the west
        west = int(fixed[2]) * 3600
        return msgspec.structs.replace(hints, zone_s=-west if fixed[1] == "+" else west)
    log.say("no-zone", f"how far {name} is from UTC on that day depends on a table: say it with --zone")
    return hints


def _sections(text: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Give title, body and first line of each section; dumps of a service are sections of their own."""
    marks = [(found.start(), found.end(), found[1]) for found in _SECTION.finditer(text)]
    marks += [(found.start(), found.end(), b"DUMP") for found in _DUMP.finditer(text)]
    marks.sort()
    line, at = 1, 0
    for index, (begin, end, title) in enumerate(marks):
        line += text.count(b"\n", at, begin)
        at = begin
        stop = marks[index + 1][0] if index + 1 < len(marks) else len(text)
        cut = text.find(b"\n------ ", end, stop)
        yield title, text[end : stop if cut < 0 else cut].lstrip(b"\r\n"), line + 1


def _merge(log: DeviceLog, part: DeviceLog, line: int) -> None:
    """Put a section's outcome into the whole, its lines counted from the file's beginning."""
    shift = line - 1
    log.records += part.records
    log.events += [msgspec.structs.replace(each, record=each.record + shift) for each in part.events]
    log.payloads += [(record + shift, time_ns, body) for record, time_ns, body in part.payloads]
    for each in part.remarks:
        log.say(each.name, each.note, record=each.record and each.record + shift, count=each.count)
    for low in (part.first_ns, part.last_ns):
        if low is not None:
            log.first_ns = low if log.first_ns is None else min(log.first_ns, low)
            log.last_ns = low if log.last_ns is None else max(log.last_ns, low)
