"""Twin of vitne.evidence.placing: in each notation the stand-in is said as exactly as the place was."""

from __future__ import annotations

import math
import struct

import pytest

from vitne.evidence import placing
from vitne.evidence.edits import applied
from vitne.evidence.replacing import Replacer
from vitne.identify.places import Places
from vitne.identify.sifting import Sift
from vitne.model import Node, Part, Seed

SEED = Seed(
    identifier="location",
    name="location#1",
    value="",
    latitude=59.913868,
    longitude=10.752245,
    radius_m=100.0,
)
OTHER = Replacer(b"0123456789abcdef0123").seed(SEED)
TEXTS = [
    b'{"lat":59.913868,"lon":10.752245}',
    b"59,91387;10,75225",
    b'{"latE7":599138680,"lonE7":107522450}',
    b"215689924 38708082",
    b"862759 154832",
    b"5954.8321,N,01045.1347,E",
    b"%.2f 1196934.44" % (6378137 * math.asinh(math.tan(math.radians(59.913868)))),
    b"59\xc2\xb054'49.92\"N 10\xc2\xb045'8.08\"E",
    b"geohash u4xsudv4c1",
    b"olc 9FFGWQ72+GV4",
    b"\x00\x01" + struct.pack("<dd", 59.913868, 10.752245),
    b"\x00\x01" + struct.pack(">ff", 59.913868, 10.752245),
    b"\xff\x02" + struct.pack(">ii", 599138680, 107522450),
]


def found(data: bytes, seed: Seed) -> list[tuple[str, tuple[int, int]]]:
    places = Places([seed])
    node = Node(data, part=Part(path="body", start=0, end=len(data)))
    pairs = places.find([node], Sift((), places).each([data]))
    return [(pair.written, (pair.found.start, pair.found.end)) for pair in pairs]


@pytest.mark.parametrize("data", TEXTS, ids=[text.decode("latin-1")[:20] for text in TEXTS])
def test_what_was_found_near_the_place_is_found_near_the_stand_in_written_alike(data: bytes) -> None:
    ((how, span),) = found(data, SEED)
    point = next(iter(placing.points(SEED, OTHER)))
    edits = placing.written(data, span, point, how)
    assert edits is not None
    made = applied(data, edits)
    assert [told for told, _ in found(made, OTHER)] == [how]
    assert not found(made, SEED)
    assert abs(len(made) - len(data)) <= 1  # of seconds of arc


def test_a_number_alone_becomes_what_it_becomes_in_a_pair() -> None:
    point = next(iter(placing.points(SEED, OTHER)))
    pair = b"59.913868 10.752245"
    both = applied(pair, placing.written(pair, (0, len(pair)), point, "") or []).split()
    for number, wanted in zip(pair.split(), both, strict=True):
        edits = placing.single(number, (0, len(number)), [point], lambda digits: digits)
        assert applied(number, edits or []) == wanted


def test_a_number_near_no_place_keeps_its_degrees_and_gets_other_decimals() -> None:
    edits = placing.single(b"-33.868820", (0, 10), [], lambda digits: digits[::-1])
    assert applied(b"-33.868820", edits or []) == b"-33.028868"
    assert placing.single(b"33", (0, 2), [], str) is None


def test_fields_of_a_record_are_read_together() -> None:
    point = next(iter(placing.points(SEED, OTHER)))
    assert placing.fields(b"1", b"2", point) is None
    made = placing.fields(b"599138680", b"107522450", point)
    assert made is not None
    assert found(made[0] + b" " + made[1], OTHER)


def test_what_is_not_written_so_is_not_changed() -> None:
    point = next(iter(placing.points(SEED, OTHER)))
    for how in ("", "float64, little end first", "geohash of 10 digits", "degrees, minutes and seconds"):
        assert placing.written(b"nothing of it stands here", (0, 25), point, how) in (None, [])
