from __future__ import annotations

import math
import struct

import pytest
from bench.leakbench.cargo import CannotCarryError

from bench.leakbench import places


def test_the_geohash_of_the_published_example():
    """The example of the encyclopedia article: 57.64911, 10.40744 is u4pruydqqvj."""
    assert places.geohash(57.64911, 10.40744, 11) == "u4pruydqqvj"


def test_the_plus_code_of_the_published_example():
    """Open Location Code test data: 47.365590, 8.524997 is 8FVC9G8F+6X."""
    assert places.plus_code(47.365590, 8.524997) == "8FVC9G8F+6X"


def test_the_map_of_the_web_has_its_edge_where_it_should():
    """EPSG:3857: 180 degrees east are 20037508.34 m, as are 85.05112878 degrees north."""
    x, y = places.mercator(85.05112877980659, 180.0)
    assert math.isclose(x, 20037508.342789244)
    assert math.isclose(y, 20037508.342789244, rel_tol=1e-9)


def test_the_offset_is_some_hundred_metres():
    north, east = places.gcj02(39.9, 116.4)
    metres = math.hypot((north - 39.9) * 111320, (east - 116.4) * 111320 * math.cos(math.radians(39.9)))
    assert 100 < metres < 800
    assert places.bd09(39.9, 116.4) != (north, east)


def test_nmea_has_minutes_and_a_right_checksum():
    text = places.write((48.1173, 11.516667), "nmea").decode()
    assert "4807.0380,N,01131.0000,E" in text
    body, _, check = text[1:].partition("*")
    total = 0
    for letter in body.encode():
        total ^= letter
    assert int(check, 16) == total


def test_numbers_in_bytes_are_those_of_the_standard_library():
    place = (59.913868, 10.752245)
    assert struct.unpack("<dd", places.write(place, "float64-le")) == place
    assert struct.unpack(">ii", places.write(place, "int32-e6-be")) == (59913868, 10752245)


def test_exif_holds_degrees_minutes_and_seconds_as_fractions():
    data = places.write((59.913868, 10.752245), "exif")
    north = struct.unpack("<6I", data[12 + 80 : 12 + 104])
    degrees = north[0] / north[1] + north[2] / north[3] / 60 + north[4] / north[5] / 3600
    assert math.isclose(degrees, 59.913868, abs_tol=1e-6)


def test_an_unknown_way_is_refused():
    with pytest.raises(CannotCarryError):
        places.write((1.0, 2.0), "no such way")
