from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

import vitne.report
from vitne.lab import samples
from vitne.model import GRADES, Capture
from vitne.model.findings import App, Delivery, HostSource, Protection, Scope
from vitne.report import words

BANNED = re.compile(
    r"\b(stole|stolen|steal\w*|spied|spy\w*|leak\w*|track(?:ed|ing|s)|does not send|100 ?%)\b", re.IGNORECASE
)
ROOM = Path(vitne.report.__file__).parent


def test_no_wording_of_the_room_accuses_or_says_more_than_was_seen():
    files = [path for path in ROOM.rglob("*") if path.suffix in {".py", ".html", ".css"}]
    assert any(path.suffix == ".html" for path in files)
    told = [
        (path.name, match[0]) for path in files for match in BANNED.finditer(path.read_text(encoding="utf-8"))
    ]
    assert told == []


@pytest.mark.parametrize(
    ("table", "closed"),
    [
        (words.GRADE_MEANS, GRADES),
        (words.DELIVERY_MEANS, get_args(Delivery)),
        (words.PROTECTION_MEANS, get_args(Protection)),
        (words.SCOPE_MEANS, get_args(Scope)),
        (words.HOST_SOURCE_MEANS, get_args(HostSource)),
    ],
)
def test_every_closed_word_has_a_meaning_for_a_reader(table, closed):
    assert set(table) == set(closed)


def test_encoded_is_not_called_encrypted():
    assert "not encrypted" in words.PROTECTION_MEANS["encoded"]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (40360, "40 360 bytes"),
        (1234567, "1 234 567 bytes"),
    ],
)
def test_counts_have_their_noun(number, told):
    assert words.count_of(number, "byte") == told


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (33_120, "33.1 kB"), (5 * 10**15, "5000.0 TB")],
)
def test_sizes_are_told_in_decimal_units(number, told):
    assert words.size(number) == told


def test_lists_read_as_a_sentence():
    assert words.joined([]) == ""
    assert words.joined(["a"]) == "a"
    assert words.joined(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["b", None, "a", "b"]) == ("b", "a")
    assert words.upfirst("iMEI x") == "IMEI x"
    assert words.upfirst("") == ""


def test_times_are_utc_and_survive_any_number():
    assert words.clock(1_549_174_542_620_000_000) == "2019-02-03 06:15:42"
    assert words.clock(-1) == "1969-12-31 23:59:59"
    assert words.clock(None) == ""
    assert words.clock(10**30) == f"{10**30} ns"


def test_a_stretch_names_its_date_once():
    day = 1_549_174_542 * 10**9
    assert words.reach(day, day + 60 * 10**9) == "2019-02-03 06:15:42 to 06:16:42 UTC"
    assert words.reach(day, day + 86400 * 10**9) == "2019-02-03 06:15:42 to 2019-02-04 06:15:42 UTC"
    assert words.reach(day, day + 5) == "2019-02-03 06:15:42 UTC"
    assert words.reach(day, None) == "2019-02-03 06:15:42 UTC"
    assert words.reach(None, None) == ""


@pytest.mark.parametrize(
    ("seconds", "told"), [(5, "5 s"), (65, "1 min 5 s"), (3700, "1 h 1 min"), (-5, "0 s")]
)
def test_the_length_of_a_capture_is_told_in_the_units_that_matter(seconds, told):
    assert words.span([samples.capture(first_ns=0, last_ns=seconds * 10**9)]) == told


def test_captures_without_packets_last_no_time():
    assert words.span([samples.capture(first_ns=None, last_ns=None)]) == "0 s"


def test_frames_are_cut_with_their_number():
    assert words.frames((1, 2, 3)) == "1, 2, 3"
    assert words.frames(tuple(range(10)), 3) == "0, 1, 2 and 7 more"


def test_an_unnamed_device_is_called_so():
    assert words.device_label("") == "an unnamed device"


def _capture(unit: str, records: int) -> Capture:
    return Capture(number=0, name="a", path="", size=1, sha256="", format="", packets=records, unit=unit)


def test_packets_and_entries_are_counted_apart():
    assert words.records_of([_capture("packet", 1)]) == "1 packet"
    assert words.records_of([_capture("entry", 1200), _capture("entry", 34)]) == "1 234 entries"
    assert words.records_of([_capture("entry", 1), _capture("packet", 912)]) == "912 packets, 1 entry"
    assert words.records_of([]) == "0 packets"


def test_an_app_is_named_with_its_user_and_process():
    app = App(package="org.weather.example", uid=10123, name="Weather", pid=4711, source="process-block")
    told = words.app_of(app)
    assert told.startswith("org.weather.example (Weather); uid 10123, process 4711, ")
    assert words.app_of(App()) == ""
