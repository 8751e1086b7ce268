from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.formats import own
from vitne.model import Fit, Malformed, UsageError

CSV = b"time,kind,detail\n2019-02-03T06:15:31Z,unlock,\n2019-02-03 07:15:32.5+01:00,screen-on,by hand\n1549174533,Boot,\n"
MARKS = (
    b'{"time":"2019-02-03T06:15:31.000000Z","kind":"consent-refused","detail":"first page","clock":"capture"}\n'
    b'{"time":"2019-02-03T06:16:31Z","offset_ns":1600000000,"bound_ns":4000000}\n'
)


def read(data: bytes, zone: int | None = None) -> DeviceLog:
    log = DeviceLog(name="a", format="own")
    own.read(data, log, Hints(zone_s=zone))
    return log


def test_a_table_is_read_in_all_ways_of_writing_a_time() -> None:
    found = [(each.kind, each.time_ns / 1e9, each.detail) for each in read(CSV).events]
    assert found == [
        ("keyguard-gone", 1_549_174_531.0, ""),
        ("screen-on", 1_549_174_532.5, "by hand"),
        ("boot", 1_549_174_533.0, ""),
    ]


def test_json_lists_and_lines_hold_events_and_comparisons_of_clocks() -> None:
    log = read(MARKS)
    assert [(each.kind, each.clock, each.detail) for each in log.events] == [
        ("consent-refused", "capture", "first page")
    ]
    assert [(each.offset_ns, each.bound_ns) for each in log.samples] == [(1_600_000_000, 4_000_000)]
    assert len(read(b'[{"time":1549174531,"kind":"boot","early_s":2}]').events) == 1
    assert read(b'[{"time":1549174531,"kind":"boot","early_s":2}]').events[0].early_ns == 2 * 10**9


def test_a_time_without_zone_is_doubtful_unless_one_was_given() -> None:
    row = b"time,kind\n2019-02-03 07:15:31,boot\n"
    assert read(row).events[0].doubts == ("zone-assumed",)
    assert read(row, 3600).events[0].time_ns == 1_549_174_531 * 10**9


def test_rows_that_say_nothing_are_counted_and_left_out() -> None:
    log = read(b"time,kind\nyesterday,boot\n2019-02-03T06:15:31Z,dancing\n9e99,boot\n")
    assert {each.name: each.count for each in log.remarks} == {"no-time": 2, "unknown-kind": 1}
    assert log.events == []


@pytest.mark.parametrize("data", [b"[{", b'{"time"', b"a,b\n1,2\n", b"[1,2]", b'{"time":"\xff"}'])
def test_what_breaks_its_format_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


def test_a_line_that_was_not_written_to_its_end_costs_itself_only() -> None:
    mark = b'{"time":"2019-02-03T06:15:31Z","kind":"boot"}\n'
    log = read(mark + b'{"time":"2019-02-\n' + mark.replace(b"31Z", b"41Z"))
    assert [each.record for each in log.events] == [1, 3]
    assert [(each.name, each.record, each.count) for each in log.remarks] == [("malformed", 2, 1)]


def test_a_list_is_known_by_its_names() -> None:
    assert own.fit(CSV, "x") == own.fit(MARKS, "x") == Fit.CERTAIN
    assert own.fit(b"02-03 07:15:31.123 I a: b", "x") == Fit.NO


def test_a_moment_is_read_or_refused() -> None:
    assert own.moment("2019-02-03T06:14:30Z") == 1_549_174_470 * 10**9
    with pytest.raises(UsageError):
        own.moment("soon")


@given(st.binary(max_size=120) | st.text(max_size=60).map(str.encode))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    for noise in (data, b"time,kind\n" + data, b"[" + data):
        try:
            read(noise)
        except Malformed:
            continue
