from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.pieces import Pieces
from vitne.identify.places import Places
from vitne.identify.search import Searcher
from vitne.identify.sifting import Sift
from vitne.model import Node, Part, Seed

IMEI = Seed(identifier="imei", name="imei#1", value="004402990000014")
ADID = Seed(identifier="advertising-id", name="ad", value="6a1c1487-a0af-4223-b142-a0f4621d0311")


def _found(data: bytes, *seeds: Seed) -> list[tuple[int, bytes]]:
    node = Node(data, part=Part(path="body", start=0, end=len(data)))
    pieces = Pieces(seeds or (IMEI, ADID))
    shared = pieces.find([node], Sift((), Places(()), pieces=pieces).each([data]))
    return sorted({(one.pieces, data[one.found.start : one.found.end]) for one in shared})


@pytest.mark.parametrize(
    ("data", "pieces"),
    [
        (b'{"v":3,"p1":"00440299","p2":"0000014"}', 2),
        (b'{"p1":"00440","p2":"29900","p3":"00014"}', 3),
        (b"a=0044029&b=9000&c=0014&d=1", 3),
        (b"<p1>00440299</p1><p2>0000014</p2>", 2),
        (b"00440299,0000014", 2),
        (b"x;00440299\r\ny;0000014", 2),
        (b'{"hi":"6a1c1487a0af4223","lo":"b142a0f4621d0311"}', 2),
        (b'{"hi":"6A1C1487A0AF4223","lo":"B142A0F4621D0311"}', 2),
    ],
)
def test_a_value_shared_out_among_neighbouring_fields_is_found(data: bytes, pieces: int):
    assert [count for count, _ in _found(data)] == [pieces]


@pytest.mark.parametrize(
    "data",
    [
        b"004402990000014",
        b'{"p1":"00440299","p2":"0000015"}',
        b'{"p1":"00440299","x":"1","p2":"0000014"}',
        b'{"p1":"10440299","p2":"0000014"}',
        b'{"p1":"900440299","p2":"0000014"}',
        b'{"p1":"00440299","p2":"00000149"}',
        b'{"p1":"0044","p2":"02990000014"}',
        b'{"p1":"0044029900000","p2":"1","p3":"4"}',
        b'{"p1":"00440299"}',
    ],
)
def test_what_is_whole_or_does_not_go_on_is_no_value_in_pieces(data: bytes):
    assert _found(data, IMEI) == []


def test_the_finding_names_its_pieces_and_stands_alone():
    data = b'{"v":3,"p1":"00440299","p2":"0000014"}'
    node = Node(data, part=Part(path="body", start=0, end=len(data)))
    (sighting,) = Searcher([IMEI], haystack=1 << 20).nodes([node])
    assert (sighting.identifier, sighting.grade, sighting.value) == ("imei", "derived", IMEI.value)
    assert sighting.spelling_layers == (("split", (("pieces", 2),)),)
    assert sighting.evalue is not None
    assert sighting.evalue < 1e-6


def test_a_whole_value_with_marks_is_told_as_such_and_not_as_pieces():
    data = b"id=6a1c1487-a0af-4223-b142-a0f4621d0311&x"
    node = Node(data, part=Part(path="body", start=0, end=len(data)))
    (sighting,) = Searcher([ADID]).nodes([node])
    assert sighting.spelling_layers == ()


@given(st.binary(max_size=300))
def test_noise_raises_nothing(data: bytes):
    _found(b"00440" + data)


def test_many_beginnings_are_looked_at_in_time():
    begin = time.process_time()
    _found(b'"00440","29' * 50_000)
    assert time.process_time() - begin < 3
