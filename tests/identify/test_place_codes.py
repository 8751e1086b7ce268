from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.known_places import Pair, views
from vitne.identify.place_codes import Codes, geohash, geohash_cell
from vitne.model import Node, Part, Seed


def _seed(north: float, east: float, radius: float = 60.0) -> Seed:
    return Seed(identifier="location", name="home", value="", latitude=north, longitude=east, radius_m=radius)


def _pairs(node: Node, seed: Seed) -> list[Pair]:
    codes = Codes(list(views(0, seed)))
    spans = {
        (at, at + len(head))
        for head in codes.heads
        for at in range(len(node.data))
        if node.data.startswith(head, at)
    }
    return list(codes.find(node, sorted(spans)))


def _found(data: bytes, seed: Seed, field: str = "") -> list[tuple[str, str]]:
    node = Node(data, part=Part(path="body", start=0, end=len(data), field=field))
    pairs = _pairs(node, seed)
    return [(data[pair.found.start : pair.found.end].decode(), pair.written) for pair in pairs]


def test_the_geohash_is_that_of_the_published_example():
    # 57.64911, 10.40744 is the example of geohash.org: u4pruydqqvj
    assert geohash(57.64911, 10.40744, 11) == "u4pruydqqvj"
    south, west, north, east = geohash_cell("u4pruydqqvj")
    assert south <= 57.64911 <= north
    assert west <= 10.40744 <= east


@pytest.mark.parametrize(
    ("code", "north", "east"),
    [
        ("7FG49QCJ+2V", 20.3700625, 2.7821875),  # test data of the Open Location Code project
        ("7FG49QCJ+2VX", 20.3701125, 2.782234375),
        ("7FG49QCJ+2VXGJ", 20.3701135, 2.78223535156),
        ("8FVC2222+22", 47.0000625, 8.0000625),
        ("4VCPPQGP+Q9", -41.2730625, 174.7859375),
        ("62G20000+", 0.0, 0.0),
    ],
)
def test_plus_codes_of_the_projects_own_test_data_are_read(code: str, north: float, east: float):
    text = b'{"at":"' + code.encode() + b'"}'
    expected = [] if code.startswith("62") else [(code, f"plus code of {len(code) - 1} digits")]
    assert _found(text, _seed(north, east)) == expected
    assert _found(text, _seed(north + 0.01, east)) == []


def test_a_short_plus_code_is_meant_near_the_known_place():
    assert _found(b"q=9QCJ%2B2V 9QCJ+2V,", _seed(20.3700625, 2.7821875)) == [
        ("9QCJ+2V", "plus code of 6 digits")
    ]


@pytest.mark.parametrize("data", [b"u4pruydqqvj", b"U4PRUYDQQ", b"gh=u4pruy", b'{"h":"u4pruydq"}'])
def test_a_geohash_of_six_letters_and_more_is_found(data: bytes):
    assert len(_found(data, _seed(57.64911, 10.40744))) == 1


@pytest.mark.parametrize(
    "data", [b"u4pru", b"xu4pruydqqvj", b"u4pruydqqvj9x77", b"u4pruzzzz", b"u4pruydqqv_"]
)
def test_other_words_are_no_geohash_of_the_place(data: bytes):
    assert _found(data, _seed(57.64911, 10.40744)) == []


@given(north=st.floats(-85, 85), east=st.floats(-179.9, 179.9), length=st.integers(6, 12))
def test_every_geohash_of_a_place_is_found_wherever_it_lies(north: float, east: float, length: int):
    assert len(_found(geohash(north, east, length).encode(), _seed(north, east))) == 1


def test_a_short_code_is_more_likely_by_chance_than_a_long_one():
    seed = _seed(57.64911, 10.40744)

    def share(data: bytes) -> float:
        node = Node(data, part=Part(path="body", start=0, end=len(data)))
        (pair,) = _pairs(node, seed)
        assert pair.share is not None
        return pair.share

    assert share(b"u4pruy") > share(b"u4pruydq") > share(b"u4pruydqqvj") > 0
