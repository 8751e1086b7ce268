from __future__ import annotations

import math
import random
import time

import pytest

from vitne.consequence.following import Fix, follow, metres, miss, where_at

S = 1_000_000_000


def _fix(seconds: float, label: str = "cell-id#1", **more: object) -> Fix:
    return Fix(time_ns=int(seconds * S), label=label, kind="cell-id", **more)  # type: ignore[arg-type]


def test_fixes_a_day_and_gaps_are_counted() -> None:
    told = follow([_fix(0), _fix(600), _fix(1800), _fix(86_400)])
    assert (told.fixes, told.places, told.span_s) == (4, 1, 86_400.0)
    assert told.per_day == pytest.approx(4.0)
    assert (told.median_gap_s, told.longest_gap_s) == (1200.0, 84_600.0)


def test_the_share_of_time_within_a_kilometre_is_the_sum_of_what_each_fix_covers() -> None:
    # right to 500 m and at 1 m/s, a fix holds for 500 s on either side; two fixes 2000 s apart cover 1000 s
    told = follow([_fix(0), _fix(2000)], speed=1.0)
    shares = {share.radius_m: share.known_s / share.of_s for share in told.shares}
    assert shares[500.0] == pytest.approx(0.5)
    assert shares[2000.0] == shares[10_000.0] == 0.0
    close = follow([_fix(0), _fix(900)], speed=1.0)
    assert close.shares[0].known_s == pytest.approx(900.0), "overlaps count once"


def _uncertainty_m(fixes: list[Fix], at_ns: int, *, speed: float, radius_m: float) -> float:
    """Give how far from known the phone can be at a moment, in metres; infinite without a fix."""
    return min(
        (
            (each.radius_m if each.radius_m is not None else radius_m) + speed * abs(at_ns - each.time_ns) / S
            for each in fixes
        ),
        default=math.inf,
    )


def test_the_share_agrees_with_the_uncertainty_second_by_second() -> None:
    chance = random.Random(3)
    fixes = sorted(
        (_fix(chance.randrange(20_000), radius_m=float(chance.choice((50, 700, 1500)))) for _ in range(12)),
        key=lambda each: each.time_ns,
    )
    told = follow(fixes, speed=2.0)
    first, last = fixes[0].time_ns // S, fixes[-1].time_ns // S
    near = sum(
        _uncertainty_m(fixes, second * S, speed=2.0, radius_m=0) <= 1000 for second in range(first, last)
    )
    assert told.shares[0].known_s == pytest.approx(near, abs=15)


def test_nights_and_workdays_have_their_usual_place() -> None:
    day = 86_400
    fixes = []
    for number in range(7):  # 4 February 2019 was a Monday
        start = 1_549_238_400 + number * day
        fixes += [_fix(start + 2 * 3600, "home"), _fix(start + 11 * 3600, "work" if number < 5 else "lake")]
    told = follow(fixes)
    assert told.night_place == ("home", 7, 7)
    assert told.work_place == ("work", 5, 5)
    shifted = follow(fixes, zone_h=-8)
    assert shifted.night_place == ("work", 5, 7)


def test_every_assumption_is_told_and_no_fix_gives_no_number() -> None:
    told = follow([_fix(0)], speed=15)
    assert any("15 m/s" in line for line in told.assumptions)
    assert told.median_gap_s is None
    assert follow([]).fixes == 0


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.hypot((a[0] - b[0]) * 111_195, (a[1] - b[1]) * 111_195 * math.cos(math.radians(a[0])))


def test_a_reconstructed_track_lies_near_the_truth() -> None:
    """An invented walk past a grid of cells 600 m apart, a fix every five minutes at the nearest cell."""
    step = 600 / 111_195

    def truth(second: int) -> tuple[float, float]:
        angle = second / 14_400 * 2 * math.pi
        return 60 + 0.03 * math.sin(angle), 10 + 0.06 * math.cos(angle)

    def cell(place: tuple[float, float]) -> tuple[float, float]:
        return round(place[0] / step) * step, round(place[1] / (2 * step)) * 2 * step

    fixes = [
        _fix(second, str(cell(truth(second))), position=cell(truth(second)))
        for second in range(0, 14_401, 300)
    ]
    errors = sorted(
        _metres(truth(second), found)
        for second in range(0, 14_400, 60)
        if (found := where_at(fixes, second * S)) is not None
    )
    assert len(errors) == 240
    assert 30 < errors[len(errors) // 2] < 400, "median error in metres"


def test_outside_the_fixes_the_nearest_one_stands() -> None:
    fixes = [_fix(10, position=(1.0, 2.0)), _fix(20, position=(3.0, 4.0)), _fix(30)]
    assert where_at(fixes, 0) == (1.0, 2.0)
    assert where_at(fixes, 99 * S) == (3.0, 4.0)
    assert where_at(fixes, 15 * S) == (2.0, 3.0)
    assert where_at([_fix(1)], 0) is None


def test_a_long_track_is_compared_with_many_fixes_in_time() -> None:
    fixes = [_fix(number * 10, position=(1.0, number / 1e5)) for number in range(20_000)]
    truth = [(number * 5 * S, 1.0, number / 2e5) for number in range(40_000)]
    begun = time.process_time()
    told = miss(fixes, truth)
    assert told is not None
    assert (told.moments, told.worst_m) == (39_999, 0.0)
    assert time.process_time() - begun < 5


def test_in_real_time_only_what_came_before_counts() -> None:
    # gaps of 100 s and 300 s: ages run 0 to 100 and 0 to 300; half of 400 s are younger than 100 s
    told = follow([_fix(0, radius_m=900.0), _fix(100, radius_m=900.0), _fix(400, radius_m=900.0)], speed=1.0)
    assert told.live is not None
    assert told.live.median_age_s == pytest.approx(100, abs=0.01)
    assert told.live.longest_age_s == 300
    [live], [both] = told.live.shares, told.shares
    assert live.known_s == pytest.approx(200), "100 s behind each fix, and none before it"
    assert both.known_s == pytest.approx(300), "afterwards the fix that follows helps too"
    assert follow([_fix(0)]).live is None
    assert follow([_fix(5), _fix(5)]).live is None


def test_the_miss_is_measured_between_the_fixes_alone() -> None:
    fixes = [_fix(0, position=(60.0, 10.0)), _fix(100, position=(60.0, 10.0)), _fix(200)]
    north = 0.001  # of a degree: 111.2 m
    truth = [(int(at * S), 60.0 + north * (at == 50), 10.0) for at in (-10, 0, 25, 50, 99, 150)]
    found = miss(fixes, truth)
    assert found is not None
    assert (found.moments, found.median_m, found.worst_m) == (4, 0.0, pytest.approx(111.2, abs=0.1))
    assert miss([_fix(0)], truth) is None
    assert miss(fixes, [(999 * S, 60.0, 10.0)]) is None


def test_distances_agree_with_a_quarter_of_the_meridian() -> None:
    assert metres((0, 0), (90, 0)) == pytest.approx(math.pi / 2 * 6_371_008.8)
    assert metres((60, 10), (60, 10)) == 0
