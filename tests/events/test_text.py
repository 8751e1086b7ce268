from __future__ import annotations

import time

from vitne.events.device_log import DeviceLog, Hints
from vitne.events.text import BURST_LINES, Walk

NEAR = 1_549_174_470 * 10**9


def walked(text: bytes, **hints: int) -> tuple[list[object], DeviceLog, Walk]:
    log = DeviceLog(name="a", format="logcat")
    walk = Walk(log, Hints(near_ns=hints.get("near_ns", NEAR), zone_s=hints.get("zone_s")), ["word"])
    return list(walk.lines(text)), log, walk


def names(log: DeviceLog) -> set[str]:
    return {each.name for each in log.remarks}


def test_only_lines_with_a_word_come_and_each_knows_its_number() -> None:
    found, log, _ = walked(b"02-03 07:15:31.123 x\n02-03 07:15:32.123 word\nrest without end word")
    assert [(each.record, each.time_ns is None) for each in found] == [(2, False), (3, True)]  # type: ignore[attr-defined]
    assert log.records == 3


def test_how_the_text_is_cut_into_pieces_does_not_matter(monkeypatch) -> None:
    text = b"".join(
        b"02-03 07:%02d:%02d.000 %s\n" % (n // 60 % 60, n % 60, b"word" if n % 7 == 0 else b"x")
        for n in range(900)
    )
    whole, log, _ = walked(text)
    monkeypatch.setattr("vitne.events.text.PIECE", 777)
    pieces, log_cut, _ = walked(text)
    assert pieces == whole
    assert (log.records, log.first_ns, log.last_ns) == (log_cut.records, log_cut.first_ns, log_cut.last_ns)


def test_a_clock_that_goes_back_is_said_and_the_shorter_part_is_doubtful() -> None:
    lines = [b"02-03 08:00:0%d.000 word" % n for n in range(3)] + [
        b"02-03 07:00:%02d.000 word" % n for n in range(9)
    ]
    found, log, walk = walked(b"\n".join(lines))
    assert "clock-jump" in names(log)
    assert walk.doubtful_parts() == {0}
    assert [each.part for each in found] == [0] * 3 + [1] * 9  # type: ignore[attr-defined]


def test_a_clock_that_was_not_set_is_said_and_is_a_part_of_its_own() -> None:
    lines = [
        b"1970-01-01 00:00:12.000 word",
        b"1970-01-01 00:00:14.000 x",
        *[b"2019-02-03 07:00:0%d.000 word" % n for n in range(5)],
    ]
    found, log, walk = walked(b"\n".join(lines))
    assert found[0].doubts[0] == "zone-assumed"  # type: ignore[attr-defined]
    assert "clock-not-set" in found[0].doubts  # type: ignore[attr-defined]
    assert walk.doubtful_parts() == {0}
    assert "clock-jump" in names(log)


def test_many_lines_in_one_second_behind_a_silence_are_a_burst_and_as_old_as_the_silence() -> None:
    lines = [b"02-03 07:00:00.000 x", *([b"02-03 07:00:30.500 word"] * BURST_LINES)]
    found, log, _ = walked(b"\n".join(lines))
    assert "burst" in names(log)
    assert {each.early_ns for each in found} == {30 * 10**9}  # type: ignore[attr-defined]
    assert "burst" in found[0].doubts  # type: ignore[attr-defined]


def test_disorder_of_seconds_is_said_and_is_no_jump() -> None:
    _, log, walk = walked(b"02-03 07:00:05.000 word\n02-03 07:00:03.000 word\n")
    assert "out-of-order" in names(log)
    assert walk.doubtful_parts() == set()


def test_without_a_moment_near_by_lines_without_a_year_are_not_guessed() -> None:
    log = DeviceLog(name="a", format="logcat")
    found = list(Walk(log, Hints(), ["word"]).lines(b"02-03 07:00:05.000 word\n"))
    assert found[0].time_ns is None
    assert "no-year" in names(log)


def test_half_a_million_lines_take_seconds() -> None:
    text = b"02-03 07:00:05.000  1000  1000 D Tag: some text that says nothing at all\n" * 500_000
    began = time.process_time()
    _, log, _ = walked(text)
    assert log.records == 500_000
    assert time.process_time() - began < 10
