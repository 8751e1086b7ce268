from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import bugreport
from vitne.model import Fit, Malformed

TEXT = b"""========================================================
== dumpstate: 2019-02-03 07:30:00
========================================================
Build fingerprint: 'example/phone/phone:9/TEST/1:user/release-keys'
------ SYSTEM PROPERTIES (getprop) ------
[persist.sys.timezone]: [Etc/UTC]
------ EVENT LOG (logcat -b events -v threadtime -d *:v) ------
--------- beginning of events
02-03 07:15:31.123  1000  1885  3066 I power_screen_state: [1,2,0,0,415]
02-03 07:15:32.523  1000  1885  3066 I screen_toggled: 2
------ 0.123s was the duration of 'EVENT LOG' ------
------ SYSTEM LOG (logcat -v threadtime -d *:v) ------
02-03 07:10:31.123  1000  1885  3066 I SystemServer: Entered the Android system server!
-------------------------------------------------------------------------------
DUMP OF SERVICE usagestats:
    time="2019-02-03 07:20:00" type=SCREEN_NON_INTERACTIVE package=android flags=0x0
"""


def zipped(text: bytes, name: str = "bugreport-phone-2019.txt") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("version.txt", "2.0")
        archive.writestr(name, text)
    return out.getvalue()


def read(data: bytes) -> DeviceLog:
    log = DeviceLog(name="a", format="bugreport")
    bugreport.read(data, log, Hints())
    log.settle()
    return log


@pytest.mark.parametrize("data", [TEXT, zipped(TEXT)], ids=["text", "zip"])
def test_each_section_is_read_by_its_reader_and_lines_count_from_the_beginning(data: bytes) -> None:
    log = read(data)
    found = [(each.kind, each.record) for each in log.events]
    assert found == [("boot", 13), ("screen-on", 9), ("keyguard-gone", 10), ("screen-off", 16)]
    lines = TEXT.splitlines()
    assert b"SystemServer" in lines[12]
    assert b"NON_INTERACTIVE" in lines[15]


def test_year_and_zone_come_from_the_report_itself() -> None:
    screen = next(each for each in read(TEXT).events if each.kind == "screen-on")
    assert screen.time_ns == 1_549_178_131_123_000_000
    assert "zone-assumed" not in screen.doubts


def test_sections_may_be_earlier_than_those_before_without_a_jump_of_the_clock() -> None:
    assert not [each for each in read(TEXT).remarks if each.name == "clock-jump"]


@pytest.mark.parametrize("data", [zipped(TEXT, "notes.txt"), zipped(TEXT)[:200], b"PK\x03\x04" + bytes(60)])
def test_a_zip_without_the_text_or_cut_short_is_reported(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


def test_a_report_is_known_by_its_first_line_and_a_zip_by_its_name() -> None:
    assert bugreport.fit(TEXT, "x") == Fit.CERTAIN
    assert bugreport.fit(zipped(TEXT), "bugreport.zip") == Fit.LIKELY
    assert bugreport.fit(b"time,kind", "x") == Fit.NO


@given(st.binary(max_size=300))
def test_noise_behind_the_magic_raises_nothing_but_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(b"PK\x03\x04" + data)
