"""The same log in the other forms in which a phone gives it away: binary, and inside a bug report.

summary: entries with a header of 28 bytes and typed values; a zip with one long text of many sections
specification: struct logger_entry_v4 of liblog and its types 0 to 3; the layout of dumpstate, version 2
"""

from __future__ import annotations

import io
import struct
import time
import zipfile
from typing import TYPE_CHECKING

from vitne.lab.phonelog import NEW, RADIO, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.lab.phonelog import Entry, PhoneLog, Row

_EVENTS = 2  # number of the events log
_USAGE = {
    "screen-on": "SCREEN_INTERACTIVE",
    "screen-off": "SCREEN_NON_INTERACTIVE",
    "keyguard-shown": "KEYGUARD_SHOWN",
    "keyguard-gone": "KEYGUARD_HIDDEN",
}


def binary(rows: Iterable[Row]) -> bytes:
    """Give the entries of the event log as ``logcat -b events -B`` does; readable lines are not in it."""
    out = []
    for row in rows:
        if row.entry is not None:
            payload = struct.pack("<I", row.entry.number) + _values(row.entry)
            seconds, rest = divmod(row.time_ns, 10**9)
            out.append(struct.pack("<HHiIIIII", len(payload), 28, 1000, 1421, seconds, rest, _EVENTS, 1000))
            out.append(payload)
    return b"".join(out)


def _values(entry: Entry) -> bytes:
    told = b"".join(_value(letter, value) for letter, value in zip(entry.shape, entry.values, strict=True))
    return told if len(entry.values) == 1 else bytes([3, len(entry.values)]) + told


def _value(letter: str, value: int | str) -> bytes:
    if letter == "s":
        text = str(value).encode()
        return struct.pack("<BI", 2, len(text)) + text
    return struct.pack("<Bi" if letter == "i" else "<Bq", "il".index(letter), int(value))


def usage(happened: Sequence[tuple[int, str, str]], zone_s: int) -> str:
    """Give events (nanoseconds UTC, kind, detail) as ``dumpsys usagestats`` lists them: whole seconds."""
    out = ["user=0", '  Last 24 hour events (timeRange="...")']
    for time_ns, kind, detail in happened:
        name = "MOVE_TO_FOREGROUND" if kind == "app-foreground" else _USAGE.get(kind)
        if name is not None:
            package = detail or "android"
            out.append(f'    time="{_local(time_ns, zone_s)}" type={name} package={package} flags=0x0')
    return "\n".join(out) + "\n"


def bug_report(log: PhoneLog, *, dumped_ns: int) -> bytes:
    """Give a zip as ``adb bugreport`` fetches it; the same log gives the same bytes."""
    zone = log.zone_s
    sections = (
        ("SYSTEM PROPERTIES (getprop)", f"[persist.sys.timezone]: [Etc/GMT-{zone // 3600}]\n"),
        (
            "SYSTEM LOG (logcat -v threadtime -v printable -d *:v)",
            "".join(line(row, zone) for row in log.rows if row.entry is None and row.tag not in RADIO),
        ),
        (
            "EVENT LOG (logcat -b events -v threadtime -v printable -d *:v)",
            "".join(line(row, zone) for row in log.rows if row.entry is not None),
        ),
        (
            "RADIO LOG (logcat -b radio -v threadtime -v printable -d *:v)",
            "".join(line(row, zone) for row in log.rows if row.tag in RADIO),
        ),
        (
            "USAGESTATS (dumpsys usagestats)",
            "DUMP OF SERVICE usagestats:\n" + usage(log.happened, zone),
        ),
    )
    rule = "=" * 56
    text = f"{rule}\n== dumpstate: {_local(dumped_ns, zone)}\n{rule}\n\nBuild: LAB2\n"
    text += f"Build fingerprint: '{NEW}'\nBugreport format version: 2.0\n\n"
    text += "".join(f"------ {title} ------\n{body}\n" for title, body in sections)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in (("version.txt", "2.0"), ("bugreport-lab-LAB2.txt", text)):
            archive.writestr(zipfile.ZipInfo(name, (2019, 2, 3, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _local(time_ns: int, zone_s: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time_ns // 10**9 + zone_s))
