from __future__ import annotations

import os
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.known_places import Pair, views
from vitne.identify.packed_forms import FORMS, Float, Form, Scaled
from vitne.identify.packed_places import APART, Packed, _at, _box, _telling, _Way
from vitne.kernel.sieve import Sieve
from vitne.model import Node, Part, Seed

PLACES = [(60.39299, 5.32415), (-33.4567, -70.6482), (51.4779, -0.0001), (-0.1807, -78.4678)]


def _seed(north: float, east: float, radius: float = 60.0) -> Seed:
    return Seed(identifier="location", name="home", value="", latitude=north, longitude=east, radius_m=radius)


def _find(data: bytes, place: tuple[float, float]) -> list[str]:
    node = Node(data, part=Part(path="payload", start=0, end=len(data)))
    return [pair.written for pair in _pairs(node, place)]


def _pairs(node: Node, place: tuple[float, float]) -> list[Pair]:
    packed = Packed(list(views(0, _seed(*place))))
    return list(packed.find(node, Sieve(pairs=packed.pairs).find(node.data).places))


def _varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["<dd", ">dd", "<ff", ">ff"])
def test_floating_numbers_in_either_order_are_found(place: tuple[float, float], kind: str):
    data = b"\x01\xf0\x07" + struct.pack(kind, *place) + b"\xee\x00"
    (written,) = _find(data, place)
    assert written == f"float{64 if 'd' in kind else 32}, {'little' if '<' in kind else 'big'} end first"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("power", [7, 6, 5])
@pytest.mark.parametrize("kind", ["<ii", ">ii", "<iIi", "<qq"])
def test_scaled_integers_are_found_with_something_between_them_too(
    place: tuple[float, float], power: int, kind: str
):
    north, east = (round(value * 10**power) for value in place)
    numbers = (north, 7, east) if "I" in kind else (north, east)
    assert len(_find(b"\xf0" + struct.pack(kind, *numbers) + b"\x02", place)) == 1
    assert len(_find(b"\xf0" + struct.pack(kind, *reversed(numbers)) + b"\x02", place)) == 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("power", [7, 6, 5])
@pytest.mark.parametrize("zigzag", [False, True])
def test_varints_in_protobuf_fields_are_found(place: tuple[float, float], power: int, zigzag: bool):
    def wrote(value: float) -> bytes:
        number = round(value * 10**power)
        if zigzag:  # Protocol Buffers, Encoding: (n << 1) ^ (n >> 63)
            return _varint(((number << 1) ^ (number >> 63)) & (1 << 64) - 1)
        return _varint(number & (1 << 64) - 1)

    north, east = wrote(place[0]), wrote(place[1])
    assert len(_find(b"\x0a\x02hi\x10" + north + b"\x18" + east + b"\x20\x01", place)) == 1
    assert len(_find(b"\x0a\x02hi\x10" + east + b"\x18" + north + b"\x20\x01", place)) == 1


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<d", 60.39299) + b"\xff" * 8,
        struct.pack("<dd", 60.39299, 6.32415),
        struct.pack("<dd", 60.4, 5.32415),
        struct.pack("<d", 60.39299) + b"\xff" * 17 + struct.pack("<d", 5.32415),
        struct.pack("<d", 60.39299) + struct.pack(">d", 5.32415),
    ],
)
def test_one_number_a_far_one_and_a_mixture_do_not_count(data: bytes):
    assert _find(data, PLACES[0]) == []


def test_a_place_at_the_very_middle_of_the_map_is_searched_for_too():
    assert _find(b"\xf0" + struct.pack("<ii", 1234, -987) + b"\x02", (0.0, 0.0)) != []


def test_what_lies_nearer_is_rarer():
    def share(north: float) -> float:
        data = struct.pack("<ii", round(north * 1e7), 53241500) + b"\xff"
        node = Node(data, part=Part(path="payload", start=0, end=len(data)))
        (pair,) = _pairs(node, PLACES[0])
        assert pair.share is not None
        return pair.share

    assert share(60.39299) < share(60.39302) < share(60.3934)


@given(st.binary(max_size=400))
def test_noise_raises_nothing(data: bytes):
    for place in PLACES:
        _find(data, place)


def test_a_megabyte_is_read_in_little_time_even_where_it_repeats_the_place():
    half = struct.pack("<d", 60.39299)
    begin = time.process_time()
    _find(os.urandom(1 << 20), PLACES[0])
    _find(half * (1 << 14), PLACES[0])
    assert time.process_time() - begin < 6


@given(
    place=st.sampled_from(PLACES),
    radius=st.sampled_from([60.0, 3000.0]),
    parts=st.lists(
        st.one_of(
            st.binary(max_size=20),
            st.tuples(st.sampled_from(FORMS), st.floats(-1.2, 1.2), st.booleans()),
        ),
        max_size=12,
    ),
)
def test_the_kernel_tells_every_place_at_which_a_pair_stands(place, radius: float, parts: list) -> None:
    view = next(views(0, _seed(*place, radius)))
    packed = Packed([view])
    data = bytearray(b"\xf0")
    for part in parts:
        if isinstance(part, bytes):
            data += part
            continue
        form, aside, latitude = part
        data += _written(form, place[0] + aside * view.reach if latitude else place[1] + aside * view.reach)
    told = Sieve(pairs=packed.pairs).find(bytes(data)).places
    assert told == sorted(set(told))
    assert packed.spans(bytes(data), told) == packed.spans(bytes(data), range(len(data) - 1))


def _written(form: Form, degrees: float) -> bytes:
    if isinstance(form, Float):
        return struct.pack(
            ("<" if form.order == "little" else ">") + ("f" if form.size == 4 else "d"), degrees
        )
    number = round(degrees * 10**form.power)  # type: ignore[attr-defined]
    if isinstance(form, Scaled):
        return number.to_bytes(4, form.order, signed=True)
    return _varint((((number << 1) ^ (number >> 63)) if form.zigzag else number) & (1 << 64) - 1)  # type: ignore[attr-defined]


@given(
    st.floats(-90, 90), st.floats(-180, 180), st.floats(1, 200_000), st.floats(-1.2, 1.2), st.floats(-1.2, 1.2)
)  # fmt: skip
def test_no_point_that_counts_lies_outside_of_the_box(north, east, radius, up, aside) -> None:
    view = next(views(0, _seed(north, east, radius)))
    box = _box(view)
    point = (
        max(-90.0, min(90.0, north + up * view.reach)),
        (east + aside * min(box.width, 180.0) + 180) % 360 - 180,
    )
    if view.metres(*point) <= view.radius:
        assert not box.width < abs(point[1] - box.east) < 360 - box.width


@given(
    st.floats(-85, 85),
    st.floats(-179, 179),
    st.floats(10, 5000),
    st.floats(-1, 1),
    st.sampled_from([form for form in FORMS if isinstance(form, (Float, Scaled))]),
    st.integers(0, APART + 2),
    st.booleans(),
)
def test_a_longitude_is_passed_over_only_where_none_would_be_found(
    north, east, radius, aside, form, gap, before
) -> None:
    box = _box(next(views(0, _seed(north, east, radius))))

    def written(degrees: float) -> bytes:
        if isinstance(form, Float):
            return struct.pack(
                ("<" if form.order == "little" else ">") + ("f" if form.size == 4 else "d"), degrees
            )
        return round(degrees * 10**form.power).to_bytes(4, form.order, signed=True)

    first, second = written(north), written(east + aside * box.width * 1.1)
    data = (
        b"\xee" * 5
        + (second + b"\x07" * gap + first if before else first + b"\x07" * gap + second)
        + b"\xee" * 5
    )
    start = data.index(first)
    assert _at(data, start, _Way(box, form, _telling(form, box))) == _at(data, start, _Way(box, form, ()))
