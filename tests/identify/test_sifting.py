from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.digests import Digests
from vitne.identify.pieces import Pieces
from vitne.identify.places import Places
from vitne.identify.sifting import NOTHING, Sift, Sifted, in_one
from vitne.identify.variants import needles
from vitne.model import Seed

SEEDS = (
    Seed(identifier="imei", name="imei#1", value="004402990000014"),
    Seed(identifier="location", name="home", value="", latitude=60.39299, longitude=5.32415, radius_m=100.0),
)
RICH = [
    b"imei=004402990000014",
    b'{"a":"00440299","b":"0000014"}',
    b"lat=60.39299",
    hashlib.sha1(b"004402990000014").hexdigest().encode(),
    b"\xee\x8f\x0c\xff\x23\x80\xb5\x2c\x03",
]


def sift(engine: str = "") -> Sift:
    return Sift(needles(SEEDS), Places(SEEDS), pieces=Pieces(SEEDS), digests=Digests(SEEDS), engine=engine)


def plain(one: Sifted) -> tuple:
    hits = one.needles
    columns = [] if hits is None else [each.tolist() for each in (hits.needle, hits.start, hits.end)]
    return columns, list(one.heads), list(one.literals), [list(word) for word in one.words], list(one.pairs)


QUICK, SLOW = sift(), sift("numpy")
PIECES = st.lists(st.one_of(st.sampled_from(RICH), st.binary(max_size=90)), max_size=12)


def test_each_kind_of_thing_is_told():
    imei, shared, place, digest, packed = map(QUICK.of, RICH)
    assert imei.needles is not None
    assert shared.heads
    assert place.literals
    assert [word[:2] for word in digest.words] == [[0, 40]]
    assert packed.pairs == [] or packed.pairs[0] >= 0
    assert QUICK.of(b"nothing at all") is NOTHING


@given(PIECES)
def test_pieces_hold_the_same_alone_and_together_and_with_every_engine(pieces: list[bytes]) -> None:
    alone = [plain(QUICK.of(piece)) for piece in pieces]
    assert [plain(one) for one in QUICK.each(pieces)] == alone
    assert [plain(one) for one in SLOW.each(pieces)] == alone


def test_nothing_is_found_over_the_border_of_two_pieces():
    whole = b"imei=004402990000014"
    assert QUICK.each([whole[:12], whole[12:]])[0].needles is None


def test_what_was_asked_is_remembered_by_its_bytes():
    data = b"imei=004402990000014" * 10
    first = QUICK.of(data)
    assert QUICK.of(data) is first
    assert plain(QUICK.of(bytes(bytearray(data)))) == plain(first)
    assert QUICK.each([data])[0] is first


@pytest.mark.parametrize("size", [1, 5 << 20])
def test_large_pieces_are_asked_about_in_batches(size: int):
    told = QUICK.each([b"x" * size, RICH[0], b"y" * size, RICH[3]])
    assert told[0] is NOTHING
    assert told[1].needles is not None
    assert told[3].words


def test_hits_of_pieces_are_put_into_one_order():
    told = QUICK.each([b"x" + RICH[0], b"y" * 7 + RICH[0]])
    hits, starts = in_one([b"x" + RICH[0], b"y" * 7 + RICH[0]], [one.needles for one in told if one.needles])
    assert starts.tolist() == [0, len(RICH[0]) + 1]
    assert hits.start.tolist() == sorted(hits.start.tolist())
    assert hits.start[-1] >= starts[1]
