from __future__ import annotations

import base64
import hashlib
import json
import random
import struct
import zlib
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.unwrap import unwrap
from vitne.decode.unwrap_budget import Budget
from vitne.identify.search import Searcher
from vitne.identify.variants import write
from vitne.model import Node, Part, Seed, Sighting, UsageError


def _seed(identifier: str, value: str, **more: object) -> Seed:
    return Seed(identifier=identifier, name=f"{identifier}#1", value=value, **more)  # type: ignore[arg-type]


SEEDS = (
    _seed("imei", "004402990000014"),
    _seed("mac-address", "00:00:5e:00:53:01"),
    _seed("msisdn", "4721000001"),
    _seed("person-name", "Kari Nordmann"),
    _seed("android-id", "0a1b2c3d4e5f6071"),
    _seed("advertising-id", "6a1c1487-a0af-4223-b142-a0f4621d0311"),
    _seed("cell-id", "001-01-30001-26713345", mcc="001", mnc="01", area=30001, cell=26713345),
    _seed("location", "60.392990,5.324150", latitude=60.39299, longitude=5.32415, radius_m=100.0),
    _seed("imsi", "001010000000001"),
)
SEARCHER = Searcher(SEEDS)
FALLBACK = Searcher(SEEDS, engine="numpy")


def _node(data: bytes, field: str = "") -> Node:
    return Node(data, part=Part(path="body", start=0, end=len(data), field=field))


def _sightings(*nodes: Node, searcher: Searcher = SEARCHER) -> list[Sighting]:
    return list(searcher.nodes(nodes))


def _unwrapped(data: bytes) -> list[Node]:
    part = Part(path="body", start=0, end=len(data))
    return [one for one in unwrap(part, data, budget=Budget()) if isinstance(one, Node)]


def _view(sighting: Sighting) -> tuple[str, str, bytes]:
    return sighting.identifier, sighting.grade, sighting.node.data[sighting.start : sighting.end]


RECORD = json.dumps(
    {
        "IMEI1": "004402990000014",
        "MACID": "00:00:5E:00:53:01",
        "SIM1CELLID": "26713345",
        "tel": "+47 21 00 00 01",
    },
    separators=(",", ":"),
).encode()


def test_plain_values_are_observed_where_they_stand():
    assert [_view(one) for one in _sightings(_node(RECORD))] == [
        ("imei", "observed", b"004402990000014"),
        ("mac-address", "observed", b"00:00:5E:00:53:01"),
        ("cell-id", "observed", b"26713345"),
        ("msisdn", "observed", b"+47 21 00 00 01"),
    ]


def test_a_sighting_says_what_a_finding_needs():
    (one,) = _sightings(_node(b"x 004402990000014", "DeviceId"))
    assert (one.value, one.seed, one.field, one.spelling_layers, one.spelling_verified) == (
        "004402990000014", SEEDS[0], "DeviceId", (), True,
    )  # fmt: skip
    assert one.evalue is not None
    assert one.evalue < 1e-6


@pytest.mark.parametrize("shift", range(3))
def test_base64_of_a_record_is_seen_without_unwrapping_it(shift: int):
    (one,) = _sightings(_node(base64.b64encode(b"." * shift + b"004402990000014" + b'"}')))
    assert (one.grade, one.spelling_layers, one.spelling_verified) == (
        "derived",
        (("base64", (("shift", shift),)),),
        True,
    )


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_a_digest_names_the_hash_the_spelling_and_the_case(case):
    text = case(hashlib.sha256(b"00-00-5E-00-53-01").hexdigest())
    (one,) = _sightings(_node(text.encode()))
    assert one.identifier == "mac-address"
    assert one.spelling_layers == (
        ("hex", (("case", "lower" if case is str.lower else "upper"),)),
        ("sha256", (("of", "dashes, upper case"),)),
    )
    assert one.spelling_verified


def test_known_digests_are_found():
    # worked out with md5sum, sha1sum and sha256sum
    for digest in (
        "133c4c1986bb26996120403e2458f4f2",
        "5b5cc83137494093aefa6337d13876408e75fd53",
        "23f9eda1da3c90dbf4b76542f9c2cefc2c40a013faf6ad77f43a0107d0b21090",
    ):
        assert [one.identifier for one in _sightings(_node(b"id=" + digest.encode()))] == ["imei"]


@pytest.mark.parametrize(
    ("value", "written", "part"),
    [
        ("Kari Nordmann", b"kari", "first name"),
        ("Kari Nordmann", b"NORDMANN", "last name"),
        ("Kari Nordmann", base64.b64encode(b"Nordmann"), "last name"),
        ("Bj\u00f8rn \u00c5s", b"bjorn", "first name"),
        ("Kari Anne Nordmann", b"Nordmann", "last name"),
    ],
)
def test_a_part_of_a_name_is_inferred_because_it_does_not_equal_the_known_name(value, written, part):
    searcher = Searcher([_seed("person-name", value)])
    (one,) = _sightings(_node(written, "user_name"), searcher=searcher)
    assert (one.grade, one.seed.value, one.value) == ("inferred", value, value)
    assert f"only the {part}" in one.reasons[0]


@pytest.mark.parametrize(
    "written", [b"Kari Nordmann", b"nordmann, kari", b"kari.nordmann", b"NORDMANN KARI", b"karinordmann"]
)
def test_a_whole_name_in_any_order_is_observed(written):
    (one,) = _sightings(_node(written, "user_name"))
    assert (one.grade, one.identifier) == ("observed", "person-name")
    assert not any("only the" in reason for reason in one.reasons)


def test_an_imeisv_of_the_phone_is_told_as_such():
    (one,) = _sightings(_node(b'{"sv":"0044029900000153"}'))
    assert (one.identifier, one.value, one.seed.identifier, one.spelling_verified) == (
        "imeisv",
        "0044029900000153",
        "imei",
        True,
    )


def test_one_place_gives_one_sighting_with_the_longest_readable_way():
    wrapped = base64.encodebytes(RECORD)
    found = _sightings(*_unwrapped(wrapped))
    assert sorted(one.identifier for one in found) == ["cell-id", "imei", "mac-address", "msisdn"]
    imei = next(one for one in found if one.identifier == "imei")
    assert (imei.field, imei.grade, imei.node.data) == ("IMEI1", "observed", b"004402990000014")
    assert [layer.codec for layer in imei.node.path("http")] == ["http", "base64", "json"]


def test_a_value_that_only_the_whole_shows_is_seen_there():
    data = zlib.compress(b"<<" + b"004402990000014".hex().encode() + b">>")
    assert [one.identifier for one in _sightings(*_unwrapped(data))] == ["imei"]


@pytest.mark.parametrize("order", [">HI", "<HI", ">IH", "<IH"])
def test_area_and_cell_in_six_bytes_count_beside_another_known_value_only(order):
    numbers = (30001, 26713345) if order[1] == "H" else (26713345, 30001)
    packed = b"\x01\x00\x07" + struct.pack(order, *numbers) + b"\x09\xff"
    cell = _seed("cell-id", "001-01-30001-26713345", mcc="001", mnc="01", area=30001, cell=26713345)
    searcher = Searcher([cell, _seed("imei", "490154203237518")], haystack=1 << 30)
    assert not list(searcher.nodes([_node(packed)]))
    found = list(searcher.nodes([_node(packed + b"imei=490154203237518;")]))
    assert sorted(one.identifier for one in found) == ["cell-id", "imei"]
    assert any("same record" in reason for one in found for reason in one.reasons)


def test_a_cell_number_counts_with_its_name_or_its_area_only():
    imei = b"004402990000014 "
    assert [one.identifier for one in _sightings(_node(imei + b"26713345"))] == ["imei"]
    assert [one.identifier for one in _sightings(_node(b"cid=26713345"))] == ["cell-id"]
    assert [one.identifier for one in _sightings(_node(b"30001;26713345"))] == ["cell-id"]
    assert [one.identifier for one in _sightings(_node(b"26713345", "ci"))] == ["cell-id"]
    assert [one.identifier for one in _sightings(_node(b"26713345", "count"))] == []
    assert [one.identifier for one in _sightings(_node(b"001-01-30001-26713345"))] == ["cell-id"]


def test_a_short_name_counts_as_a_field_of_that_name_or_in_company():
    assert _sightings(_node(b"Kari went home")) == []
    (one,) = _sightings(_node(b"Kari", "firstName"))
    assert one.reasons[-1]
    assert _sightings(_node(b"karisma", "firstName")) == []


def test_a_place_is_one_sighting_with_its_distance():
    (one,) = _sightings(_node(b'{"lat":60.3931,"lng":5.3243}', "fix"))
    assert (one.identifier, one.value, one.field) == ("location", "60.393100,5.324300", "fix")
    assert "m from the known place" in one.reasons[0]


def test_a_place_in_a_json_body_is_told_once_at_the_innermost_node_that_holds_both():
    body = quote('{"a":{"latitude":60.39299,"accuracy":3,"longitude":5.32415}}').encode()
    (one,) = _sightings(*_unwrapped(b"d=" + body))
    assert (one.identifier, one.field) == ("location", "a.latitude")
    assert one.node.data == b'{"a":{"latitude":60.39299,"accuracy":3,"longitude":5.32415}}'


def test_nodes_are_searched_across_batches_and_never_across_their_border(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vitne.identify.search.BATCH", 20)
    nodes = [
        _node(b"0044029900"),
        _node(b"00014 x"),
        _node(b"004402990000014"),
        _node(b""),
        _node(b"y 004402990000014"),
    ]
    assert [(one.node, one.start) for one in _sightings(*nodes)] == [(nodes[2], 0), (nodes[4], 2)]
    monkeypatch.undo()
    assert [(one.node, one.start) for one in _sightings(*nodes)] == [(nodes[2], 0), (nodes[4], 2)]
    assert _sightings() == []


def test_raw_gives_columns_of_places_seeds_and_needles():
    pieces = [b"imei=004402990000014&", b"x" * 9, b"", base64.b64encode(b"00:00:5E:00:53:01 ")]
    data = np.frombuffer(b"".join(pieces), dtype=np.uint8)
    ends = np.cumsum([len(piece) for piece in pieces])
    starts = ends - [len(piece) for piece in pieces]
    hits = SEARCHER.raw(data, starts, ends)
    assert hits.complete
    assert set(zip(hits.piece.tolist(), hits.seed.tolist(), strict=True)) == {(0, 0), (3, 1)}
    assert (0, 5, 20) in set(zip(hits.piece.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True))
    assert all(
        SEARCHER.needles[row].seed == seed
        for row, seed in zip(hits.needle.tolist(), hits.seed.tolist(), strict=True)
    )


def test_raw_does_not_join_pieces():
    data = np.frombuffer(b"0044029900" + b"00014", dtype=np.uint8)
    assert len(SEARCHER.raw(data, np.array([0, 10]), np.array([10, 15])).start) == 0
    assert len(SEARCHER.raw(data, np.array([0]), np.array([15])).start) == 1


def _plantable() -> list[int]:
    """One needle of each kind: seed's identifier, codec chain and how many letters fold."""
    kinds: dict[tuple[str, str], int] = {}
    for row, needle in enumerate(SEARCHER.needles):
        if not needle.weak and not needle.tail:
            chain = "/".join(
                codec + str([value for name, value in params if name != "of"])
                for codec, params in needle.layers
            )
            kinds.setdefault((SEEDS[needle.seed].identifier, chain), row)
    return sorted(kinds.values())


def _as_sent(needle):
    """Give base64 with the letters that the value shares with its neighbours, which no needle has."""
    if needle.codec not in {"base64", "base64url"}:
        return needle.data
    whole = b"\0" * dict(needle.layers[-1][1])["shift"] + write(needle.text, needle.layers[:-1])
    return base64.b64encode(whole, altchars=b"-_" if needle.codec == "base64url" else None)


@pytest.mark.parametrize("row", _plantable())
def test_every_kind_of_variant_planted_in_noise_is_found_and_verified(row: int):
    needle = SEARCHER.needles[row]
    rng = random.Random(row)
    noise = rng.randbytes(300).translate(None, b"0123456789abcdefABCDEF+/-_") + b"|"
    company = (
        b"004402990000014"
        if SEEDS[needle.seed].identifier != "imei"
        else b"6a1c1487-a0af-4223-b142-a0f4621d0311"
    )
    found = _sightings(_node(noise + _as_sent(needle) + b"|" + noise + company))
    (one,) = [one for one in found if one.seed == SEEDS[needle.seed]]
    assert one.spelling_verified
    assert one.end > one.start


def test_five_megabytes_of_noise_hold_nothing():
    rng = random.Random(11)
    noise = [
        rng.randbytes(1 << 20),
        base64.b64encode(rng.randbytes(1 << 20)),
        rng.randbytes(1 << 19).hex().encode(),
    ]
    noise.append("".join(rng.choices("0123456789", k=1 << 20)).encode())
    noise.append(" ".join(map(str, rng.choices(range(10**9), k=100_000))).encode())
    noise.append(
        "\n".join(
            f'{{"lat":{rng.uniform(-90, 90):.5f},"cid":{rng.randrange(1 << 28)}}}' for _ in range(20_000)
        ).encode()
    )
    for data in noise:
        assert _sightings(_node(data)) == []


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                b"004402990000014",
                b"0044029900000101",
                b"1",
                b"%22",
                b'"cid":',
                b"26713345",
                b"30001",
                b"Kari",
                b" Nordmann",
                b"60.39299,5.32415",
                base64.b64encode(b"xx004402990000014yy"),
                b"004402990000014".hex().encode(),
                hashlib.md5(b"00005E005301").digest(),
                "004402990000014".encode("utf-16-le"),
                b"\x00",
                b"=",
                b"&",
            ]
        ),
        max_size=12,
    )
)
def test_both_engines_agree(pieces: list[bytes]):
    data = b"".join(pieces)
    views = [
        [
            (one.identifier, one.start, one.end, one.grade, one.spelling_layers, one.evalue, one.reasons)
            for one in _sightings(_node(data), searcher=searcher)
        ]
        for searcher in (SEARCHER, FALLBACK)
    ]
    assert views[0] == views[1]


def test_a_seed_made_by_hand_is_put_into_its_canonical_spelling_or_refused():
    searcher = Searcher([_seed("mac-address", "00-00-5E-00-53-01")])
    assert searcher.seeds[0].value == "00:00:5e:00:53:01"
    with pytest.raises(UsageError, match="8 was expected"):
        Searcher([_seed("imei", "490154203237519")])
    assert Searcher([_seed("mac-address", "02:00:00:00:00:00", origin="capture")]).seeds


def test_a_buffer_of_too_many_hits_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vitne.kernel.sieve.MOST_HITS", 10)
    searcher = Searcher(SEEDS[:1])
    assert searcher.complete
    assert list(searcher.nodes([_node(b"004402990000014 " * 20)]))
    assert not searcher.complete


def test_weak_hits_of_the_raw_door_are_marked():
    data = np.frombuffer(b"26713345 004402990000014", dtype=np.uint8)
    hits = SEARCHER.raw(data, np.array([0]), np.array([len(data)]))
    assert hits.weak.tolist() == [True, False]


def test_no_seeds_find_nothing():
    assert _sightings(_node(RECORD), searcher=Searcher(())) == []
    empty = np.zeros(0, dtype=np.int64)
    assert len(SEARCHER.raw(np.zeros(0, dtype=np.uint8), empty, empty).start) == 0


def test_a_message_full_of_one_value_is_read_in_time():
    data = b"004402990000014 " * 20_000
    assert len(_sightings(_node(data))) == 20_000


def test_values_that_only_the_capture_tells_can_be_left_out():
    router = _seed("bssid", "00:00:5e:00:53:fe", origin="capture")
    searcher = Searcher((*SEEDS, router))
    bare = bytes.fromhex("00005e0053fe")
    assert searcher.places(bare) == [(0, 6)]
    assert searcher.places(bare, told=False) == []
    assert (7, 22) in searcher.places(bare + b" 004402990000014", told=False)
    assert searcher.places(b"60.392990", told=False)
    assert (7, 22) in SEARCHER.places(bare + b" 004402990000014", told=False)
