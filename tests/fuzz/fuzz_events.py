"""Logs of devices and captures that come as a stream: any bytes become events and remarks, or are refused."""

from __future__ import annotations

import struct

from vitne.events import Hints
from vitne.events.reading import read_bytes
from vitne.intake.streamed import Splitter
from vitne.model import EVENT_KINDS, CaptureError, Malformed

_HINTS = Hints(near_ns=1_549_174_470 * 10**9)
_ENTRY = (
    struct.pack("<HHiIII", 13, 20, 1, 1, 1_549_174_531, 5) + struct.pack("<I", 70000) + b"\3\1\0\2\0\0\0\0\0"
)
_LOGCAT = (
    b"--------- beginning of events\n02-03 07:15:31.123  1000  1885  3066 I power_screen_state: [1,2,0,0,415]\n"
    b'2019-02-03 07:15:32.5 +0100 1 2 I/screen_toggled( 18): 2\n02-03 07:16:40.000 1 1 D R: {"REGVER":"8"}\n'
)
_REPORT = (
    b'== dumpstate: 2019-02-03 07:30:00\n    time="2019-02-03 07:15:20" type=KEYGUARD_HIDDEN package=android\n'
    b"------ EVENT LOG (logcat -b events) ------\n02-03 07:15:31.123  1  2  3 I screen_toggled: 1\n"
)
SEEDS: list[bytes] = [
    _LOGCAT,
    _ENTRY + _ENTRY,
    _REPORT,
    b"Feb  3 07:15:31 Phone SpringBoard[57] <Notice>: com.apple.springboard.lockstate state=0\n",
    b"2019-02-03 07:15:31.25+0100 0x1a Default 0x0 57 0 SpringBoard: (F) [a:b] x lockstate state=0\n" * 2,
    b"2019-02-03 07:15:33.1 SpringBoard{F}[57] <DEFAULT>: Front display did change: <SBApplication: 0x1; a.b>\n"
    * 2,
    (
        b"02-03 07:15:31.123  1  2  3 D SST: [0] Poll ServiceState done:  oldSS=[x] newSS=[voice home]\n"
        b"02-03 07:15:32.123  1  2  3 I pm_critical_info: Upgrading from a to b\n"
        b"02-03 07:15:33.123  1  2  3 D UiccController: Broadcasting intent ACTION_SIM_STATE_CHANGED LOADED x\n"
    ),
    b"time,kind,detail\n2019-02-03T06:15:31Z,unlock,x\n",
    b'{"time":"2019-02-03T06:15:31Z","kind":"boot","clock":"capture"}\n{"time":1,"offset_ns":5,"bound_ns":6}\n',
    struct.pack("<IHHiIIIIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1, 1, 0, 4, 4) + b"abcd",
]


def one(data: bytes) -> None:
    """Read the data as a log and as a stream; only the errors that readers may raise are passed by."""
    try:
        log = read_bytes(data, "log", _HINTS)
    except CaptureError:
        log = None
    if log is not None:
        assert all(event.kind in EVENT_KINDS for event in log.events)
        assert [event.time_ns for event in log.events] == sorted(event.time_ns for event in log.events)
    splitter = Splitter()
    try:
        whole = splitter.feed(data)
    except Malformed:
        return
    assert len(whole) <= len(data)
