from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import formats, logcat
from vitne.events.reading import read_log
from vitne.model import Fit

if TYPE_CHECKING:
    from pathlib import Path

NEAR = 1_549_174_470 * 10**9
LOG = b"""--------- beginning of events
02-03 07:14:31.000  1000  1885  3066 I boot_progress_ams_ready: 12345
02-03 07:15:31.123  1000  1885  3066 I power_screen_state: [1,2,0,0,415]
02-03 07:15:31.223 I/screen_toggled( 1885): 1
02-03 07:15:32.523  1000  1885  3066 I screen_toggled: 2
02-03 07:15:33.523 I/am_set_resumed_activity( 1234): [0,com.example.mail/.Main,resume]
02-03 07:15:34.523 I/am_set_resumed_activity( 1234): [0,com.example.mail/.Main]
02-03 07:15:35.000  1000  1 I chatty  : uid=1000(system) Binder:1 expire 12 lines
02-03 07:16:40.000   100   100 D RegistrationTask: json {"REGVER":"8.0","IMEI1":"004402990000014"}
--------- beginning of main
02-03 07:16:50.000  1000  1885 I PowerManagerService: Going to sleep due to power button (uid 1000)...
"""


def read(text: bytes) -> DeviceLog:
    log = DeviceLog(name="a", format="logcat")
    logcat.read(text, log, Hints(near_ns=NEAR, zone_s=3600))
    log.settle()
    return log


def test_entries_and_lines_become_events_with_their_line_and_rule() -> None:
    found = [(each.kind, each.record, each.rule) for each in read(LOG).events]
    assert found == [
        ("boot", 2, "android-9:boot_progress_ams_ready"),
        ("screen-on", 3, "android-9:power_screen_state"),
        ("keyguard-gone", 5, "android-9:screen_toggled"),
        ("app-foreground", 6, "android-9:am_set_resumed_activity"),
        ("screen-off", 11, "android-lines:PowerManagerService"),
    ]


def test_times_are_utc_after_the_zone() -> None:
    assert read(LOG).events[0].time_ns == 1_549_174_471 * 10**9


def test_lost_lines_and_unknown_shapes_are_said() -> None:
    remarks = {each.name: each for each in read(LOG).remarks}
    assert remarks["lines-dropped"].count == 12
    assert remarks["unknown-shape"].record == 7


def test_a_line_that_repeats_what_is_sent_is_kept_as_such() -> None:
    [(record, _, body)] = read(LOG).payloads
    assert (record, body) == (9, b'{"REGVER":"8.0","IMEI1":"004402990000014"}')


def test_every_proper_prefix_gives_a_prefix_of_the_events() -> None:
    whole = [each.record for each in read(LOG).events]
    for cut in range(0, len(LOG), 17):
        part = [each.record for each in read(LOG[:cut]).events]
        assert set(part) <= set(whole) | {4}  # without its twin the second telling of the screen stands alone


def test_logcat_is_known_by_its_lines_and_nothing_else_is() -> None:
    assert logcat.fit(LOG, "x") == Fit.LIKELY
    assert logcat.fit(b"POST / HTTP/1.1\r\nHost: a.example\r\n", "x") == Fit.NO
    assert "logcat" in formats()


def test_a_published_log_with_every_form_of_time_is_read_to_its_end(corpus: Path) -> None:
    log = read_log(corpus / "device" / "plaso-android_logcat.log", Hints(near_ns=1_641_086_403 * 10**9))
    assert log.format == "logcat"
    assert log.records == 10
    assert log.last_ns == 1_641_087_863_183_801_000  # 2022-01-02 11:44:23.183801 +1000
