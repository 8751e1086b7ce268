from __future__ import annotations

import math

import pytest

from vitne.identify.datums import bd09, gcj02


def test_the_published_example_of_the_open_libraries():
    """eviltransform: 31.1774276, 121.5272106 is 31.17530398364597, 121.531541859215 on GCJ-02."""
    assert gcj02((31.1774276, 121.5272106)) == pytest.approx((31.17530398364597, 121.531541859215), abs=1e-10)


@pytest.mark.parametrize("position", [(31.2, 121.5), (39.9, 116.4), (22.5, 113.9)])
def test_positions_move_by_some_hundred_metres(position: tuple[float, float]):
    for moved in (gcj02(position), bd09(position)):
        metres = math.hypot(
            (moved[0] - position[0]) * 111_195,
            (moved[1] - position[1]) * 111_195 * math.cos(math.radians(position[0])),
        )
        assert 100 < metres < 1600


@pytest.mark.parametrize("position", [(90.0, 180.0), (-90.0, -180.0), (0.0, 0.0), (60.1, 10.5)])
def test_every_position_of_the_globe_has_one(position: tuple[float, float]):
    assert all(math.isfinite(number) for number in (*gcj02(position), *bd09(position)))
