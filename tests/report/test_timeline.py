from __future__ import annotations

import pytest

from vitne.lab import samples
from vitne.report.overview import overview
from vitne.report.timeline import LEFT, RIGHT, WIDTH, drawing


def test_dots_stand_where_their_time_is(case):
    drawn = drawing(case, overview(case))
    (lane, _) = drawn.lanes
    capture = samples.capture()
    long = capture.last_ns - capture.first_ns
    for dot, time_ns in zip(lane.dots, sorted({f.time_ns for f in samples.findings()}), strict=True):
        assert dot.x == pytest.approx(
            LEFT + (WIDTH - LEFT - RIGHT) * (time_ns - capture.first_ns) / long, abs=0.06
        )
    assert lane.dots[0].text == "2019-02-03 06:15:42 UTC: imei, iccid and cell-id"


def test_the_words_say_what_the_picture_shows(case):
    drawn = drawing(case, overview(case))
    assert drawn.told == (
        "From 2019-02-03 06:14:41 to 2019-02-03 07:15:52 UTC. "
        "registration.carrier.example: 2 messages with findings and all devices nearby (224.0.0.251): 1 message with findings."
    )


def test_every_message_is_in_the_bars_and_the_highest_fills_the_strip(case):
    drawn = drawing(case, overview(case))
    assert len(drawn.bars) == 2
    assert {bar.height for bar in drawn.bars} == {44}


def test_everything_lies_inside_the_drawing(make_case):
    late = samples.transmissions()[0] | {"time_ns": 2 * 10**18}
    case = make_case(transmissions=[*samples.transmissions(), late])
    drawn = drawing(case, overview(case))
    assert all(0 <= dot.x <= WIDTH for lane in drawn.lanes for dot in lane.dots)
    assert all(0 <= bar.x <= WIDTH - RIGHT for bar in drawn.bars)
    assert len(drawn.bars) == 2
    assert [tick.anchor for tick in drawn.ticks] == ["start", "middle", "middle", "middle", "end"]


def test_nothing_found_draws_nothing(make_case):
    case = make_case(findings=[])
    assert drawing(case, overview(case)) is None


def test_a_single_moment_is_drawn(make_case):
    case = make_case(
        findings=[samples.finding()],
        captures=[samples.capture(first_ns=None, last_ns=None)],
        transmissions=[],
    )
    drawn = drawing(case, overview(case))
    assert drawn.lanes[0].dots[0].x == LEFT
    assert drawn.bars == ()


def test_more_destinations_than_lanes_are_counted(make_case):
    many = [
        samples.finding(id=str(i), group=str(i), destination=samples.destination(host=f"h{i}.example"))
        for i in range(13)
    ]
    case = make_case(findings=many)
    drawn = drawing(case, overview(case))
    assert (len(drawn.lanes), drawn.left_out) == (10, 3)
