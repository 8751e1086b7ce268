from __future__ import annotations

import math
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.unwrap import Budget, unwrap
from vitne.identify.datums import gcj02
from vitne.identify.known_places import Pair  # noqa: TC001
from vitne.identify.places import Places, chance, half_of_place
from vitne.identify.sifting import Near, Sift
from vitne.model import Child, Node, Part, Seed

HOME = Seed(
    identifier="location",
    name="home",
    value="60.392990,5.324150",
    latitude=60.39299,
    longitude=5.32415,
    radius_m=100.0,
)
SOUTH = Seed(
    identifier="location",
    name="south",
    value="-33.456700,-70.648200",
    latitude=-33.4567,
    longitude=-70.6482,
    radius_m=100.0,
)


def _node(data: bytes, **more: object) -> Node:
    return Node(data, part=Part(path="body", start=0, end=len(data)), **more)  # type: ignore[arg-type]


def _find(seed: Seed, nodes: list[Node], engine: str = "") -> list[Pair]:
    places = Places([seed])
    return places.find(nodes, Sift((), places, engine=engine).each([node.data for node in nodes]))


def _spans(data: bytes) -> list[tuple[int, int]]:
    places = Places([HOME])
    return places.spans(data, Sift((), places).of(data))


def _near(*seeds: Seed) -> Near:
    places = Places(seeds)
    return Near(places, Sift((), places))


def _values(data: bytes, seed: Seed = HOME) -> list[str]:
    return [pair.value for pair in _find(seed, [_node(data)])]


@pytest.mark.parametrize(
    "data",
    [
        b'{"lat":60.39299,"lng":5.32415}',
        b'{"coordinates":[5.32415,60.39299]}',
        b"lat=60.3929900&acc=12.5&lon=5.3241500",
        b"geo:60.392990,5.324150",
        b"60,39299 5,32415",
        b"lat=603929900&lon=53241500",
        b'{"latE6":60392990,"lonE6":5324150}',
        b"6039299;532415",
        b"$GPGGA,123519,6023.5794,N,00519.4490,E,1,08",  # 60 deg 23.5794', 5 deg 19.4490'
    ],
)
def test_a_pair_at_the_place_is_found_however_it_is_written(data: bytes):
    assert _values(data) == ["60.392990,5.324150"]


@pytest.mark.parametrize(
    "data", [b"lat=-33.45670&lon=-70.64820", b"-70.6482,-33.4567", b"3327.4020,S,07038.8920,W"]
)
def test_southern_and_western_places_keep_their_sign(data: bytes):
    assert _values(data, SOUTH) == ["-33.456700,-70.648200"]


@pytest.mark.parametrize(
    "data",
    [
        b"60.39299",
        b"lat=60.39299&lat2=60.39299",
        b"60.39,5.32",
        b"60.39299 1 2 3 5.32415",
        b"160.39299,5.32415",
        b"60.39299,15.32415",
        b"60.39499,5.32415",
        b"60.39299,5.32815",
        b"-60.39299,5.32415",
        b"1.60.39299,5.32415",
        b"603929900,5.32415",
    ],
)
def test_one_number_alone_a_far_one_and_a_rough_one_do_not_count(data: bytes):
    assert _values(data) == []


@given(bearing=st.floats(0, 2 * math.pi), metres=st.floats(0, 95))
def test_every_point_within_the_radius_is_found(bearing: float, metres: float):
    north = 60.39299 + metres * math.cos(bearing) / 111_195
    east = 5.32415 + metres * math.sin(bearing) / (111_195 * math.cos(math.radians(60.39299)))
    assert len(_values(f"{north:.6f},{east:.6f}".encode())) == 1


@given(bearing=st.floats(0, 2 * math.pi), metres=st.floats(105, 5000))
def test_no_point_outside_the_radius_is_found(bearing: float, metres: float):
    north = 60.39299 + metres * math.cos(bearing) / 111_195
    east = 5.32415 + metres * math.sin(bearing) / (111_195 * math.cos(math.radians(60.39299)))
    assert _values(f"{north:.6f},{east:.6f}".encode()) == []


class _Fields:
    name, summary, specification, readable, exact = "fields", "", "", True, True


def _record(*fields: tuple[str, bytes]) -> list[Node]:
    data = b"\xff" * 40
    parent = _node(data)
    return [
        parent,
        *(
            _node(
                value, parent=parent, child=Child(data=value, start=0, end=9, path=name), encoding=_Fields()
            )
            for name, value in fields
        ),
    ]


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ("60°23'34.76\"N 5°19'26.94\"E".encode(), "degrees, minutes and seconds"),
        (b"N60 23 34.76, E005 19 26.94", "degrees, minutes and seconds"),
        (b"GPSLatitude=60/1,23/1,3476/100&GPSLongitude=5/1,19/1,2694/100", "degrees, minutes and seconds"),
        (b'{"h":"u4ez9r2nm"}', ""),
        (b'{"y":8487757.36,"x":592681.67}', "metres on the Mercator map"),
        (
            b"\x09" + struct.pack("<d", 60.39299) + b"\x11" + struct.pack("<d", 5.32415),
            "float64, little end first",
        ),
    ],
)
def test_places_are_found_in_other_forms_too(data: bytes, written: str):
    pairs = _find(HOME, [_node(data)])
    if written:
        assert [pair.written for pair in pairs] == [written]
        assert _spans(data)
    else:  # a geohash of another place
        assert pairs == []


@pytest.mark.parametrize(
    ("name", "half"),
    [
        ("lat", ("lat", "")),
        ("latE7", ("lat", "*e7")),
        ("lng_e6", ("lon", "*_e6")),
        ("gps_latitude", ("lat", "gps_*")),
        ("startLon", ("lon", "start*")),
        ("bslat", ("lat", "bs*")),
        ("plat", None),
        ("platform", None),
        ("along", None),
        ("balloon", None),
    ],
)
def test_a_name_speaks_of_half_a_place_where_it_is_one(name: str, half: tuple[str, str] | None):
    assert half_of_place(name) == half


def test_fields_that_are_each_escaped_as_a_whole_are_a_pair():
    data = b"lat=%36%30%2E%33%39%32%39%39&a=1&b=2&c=3&d=4&lon=%35%2E%33%32%34%31%35"
    part = Part(path="body", start=0, end=len(data), hints=("form",))
    nodes = [item for item in unwrap(part, data, budget=Budget()) if isinstance(item, Node)]
    (pair,) = _find(HOME, nodes)
    assert (pair.value, pair.field, pair.found.node.depth) == ("60.392990,5.324150", "lat", 2)


def test_halves_of_two_places_make_no_pair():
    nodes = _record(("a.startLat", b"60.39299"), ("a.endLon", b"5.32415"))
    assert _find(HOME, nodes) == []


def test_fields_of_one_record_named_for_it_are_a_pair():
    nodes = _record(("fix.lat", b"60.39299"), ("fix.lng", b"5.32415"))
    pairs = _find(HOME, nodes)
    assert [(pair.value, pair.field) for pair in pairs] == [("60.392990,5.324150", "fix.lat")]


@pytest.mark.parametrize(
    "fields",
    [
        (("a.lat", b"60.39299"), ("b.lng", b"5.32415")),
        (("lat", b"60.39299"), ("n", b"5.32415")),
        (("lat", b"60.39299"), ("lng", b"x")),
    ],
)
def test_fields_of_different_records_or_names_are_none(fields: tuple[tuple[str, bytes], ...]):
    assert _find(HOME, _record(*fields)) == []


def test_a_body_full_of_one_latitude_is_read_in_time():
    begun = time.process_time()
    assert _find(HOME, [_node(b"60.392 " * 500_000)]) == []
    assert time.process_time() - begun < 5


def test_noise_of_digits_gives_nothing_and_ends():
    assert _find(HOME, [_node(b"60.392 " * 20_000)]) == []
    assert _find(HOME, [_node(b"\x00\xff60.392" * 1000)]) == []


def test_a_wider_radius_is_likelier_met_by_chance():
    wide = Seed(identifier="location", name="x", value="", latitude=0.0, longitude=0.0, radius_m=10_000.0)
    assert chance(wide, 1000) > 1000 * chance(HOME, 1000)


@pytest.mark.parametrize(
    ("data", "written"),
    [
        (b"x=19166940&y=217414764", "thousandths of a second"),  # degrees times 3,600,000
        (b'{"bslat":869659,"bslon":76668}', "quarters of a second"),  # degrees times 14,400
    ],
)
def test_whole_numbers_of_parts_of_a_second_are_read(data: bytes, written: str):
    [pair] = _find(HOME, [_node(data)])
    assert pair.written == written
    assert pair.metres < 5


def test_a_place_on_the_datums_of_chinese_maps_is_found_once_and_named():
    beijing = Seed(
        identifier="location", name="x", value="", latitude=31.1774276, longitude=121.5272106, radius_m=50.0
    )
    [pair] = _find(beijing, [_node(b'{"lat":31.175304,"lng":121.531542}')])
    assert pair.written == "GCJ-02"
    [pair] = _find(beijing, [_node(b'{"lat":31.1774276,"lng":121.5272106}')])
    assert pair.written == ""
    wide = Seed(
        identifier="location", name="x", value="", latitude=31.1774276, longitude=121.5272106, radius_m=5000.0
    )
    assert len(_find(wide, [_node(b'{"lat":31.1774276,"lng":121.5272106}')])) == 1


def test_a_datum_of_chinese_maps_counts_elsewhere_only_where_the_record_names_it():
    moved = "{:.6f},{:.6f}".format(*gcj02((60.39299, 5.32415))).encode()
    assert not _find(HOME, [_node(moved)])
    assert _find(HOME, [_node(b"coordtype=gcj02&p=" + moved)])


def test_the_quick_pass_lets_through_all_in_which_a_place_may_stand():
    near = _near(HOME)
    for data in (b"lat=60.3929900&lon=5.3241500", struct.pack("<dd", 60.39299, 5.32415)):
        assert near.opens(data)
        assert near.spans(data)
    assert not near.opens(b"GET /p?q=123456789 HTTP/1.1\r\nHost: h.example\r\n\r\n")
    assert not _near().opens(b"60.39299\xff")
