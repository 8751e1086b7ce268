from __future__ import annotations

import math
import random
import re

import pytest

from vitne.identify.known_places import View, views
from vitne.identify.readings import SEXAGESIMAL, marked, near, readings, sexagesimal
from vitne.model import Seed

MAP = 6378137.0  # metres: the sphere of EPSG:3857


def _view(north: float, east: float) -> View:
    seed = Seed(identifier="location", name="p", value="", latitude=north, longitude=east, radius_m=60.0)
    return next(views(0, seed))


def test_mercator_metres_are_those_of_epsg_3857():
    # the registry's own limits of the map: 20037508.34 m are 180 and 85.06 degrees
    (x,) = [one for one in readings(b"20037508.34", north=False) if "Mercator" in one.name]
    (y,) = [one for one in readings(b"20037508.34", north=True) if "Mercator" in one.name]
    assert x.degrees == pytest.approx(180, abs=1e-6)
    assert y.degrees == pytest.approx(85.0511, abs=1e-4)


@pytest.mark.parametrize(
    ("north", "east"),
    [
        (b"60.39299", b"5.32415"),
        (b"603929900", b"53241500"),
        (b"6023.5794", b"0519.4490"),
        (f"{MAP * math.log(math.tan(math.radians(75.196495))):.1f}".encode(), b"592681.7"),
        (b"217414764", b"19166940"),
        (b"869659", b"76668"),
    ],
)
def test_two_numbers_written_alike_are_near(north: bytes, east: bytes):
    assert near(north, east, _view(60.39299, 5.32415)) is not None


def test_two_numbers_written_differently_are_not():
    assert near(b"60.39299", b"53241500", _view(60.39299, 5.32415)) is None


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("60°23'34.76\"N".encode(), 60.392989),
        ("60° 23′ 34.76″ N".encode(), 60.392989),
        (b"60 23 34.76 N", 60.392989),
        (b"60:23:34.76N", 60.392989),
        (b"N60d23m34.76s", 60.392989),
        (b"60/1,23/1,3476/100", 60.392989),
        ("60°23.5794'N".encode(), 60.39299),
        ("33°27'24\"S".encode(), -33.456667),
        ("70°38'53.5\"W".encode(), -70.648194),
        (b"60&deg;23&#39;34.76&quot;N", 60.392989),
    ],
)
def test_degrees_minutes_and_seconds_are_read_with_their_side(text: bytes, degrees: float):
    found = SEXAGESIMAL.fullmatch(text)
    assert found is not None
    assert any(math.isclose(one.degrees, degrees, abs_tol=1e-6) for one in sexagesimal(found.groups()))


def test_a_fraction_with_nothing_below_is_read_without_a_fault():
    found = SEXAGESIMAL.fullmatch(b"60/1,23/1,5/0")
    assert found is not None
    assert len(list(sexagesimal(found.groups()))) == 2


@pytest.mark.parametrize("seed", range(4))
def test_degrees_before_minutes_are_those_of_the_plain_pattern(seed):
    plain = re.compile(
        rb"([0-9]{1,4})(?=(?:\xc2[\xb0\xba]|[\xb0\xba*:d]|deg|&deg;|/1[,;]|[ \t])[ \t]{0,2}0?([0-9]{1,2})(?![0-9]))"
    )
    pieces = b"0 1 12 345 67890 00 05 deg &deg; & /1, /1; /1 N ' * : d \xc2\xb0 \xb0 \xc2".split(b" ")
    pieces += [b" ", b"\t"]
    chance = random.Random(seed)
    for _ in range(1000):
        data = b"".join(chance.choices(pieces, k=chance.randrange(1, 12)))
        assert list(marked(data)) == [(one.start(), int(one[1]), int(one[2])) for one in plain.finditer(data)]
