from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.hpack import MOST_FIELDS, STATIC, Table, integer
from vitne.model import Malformed


def pairs(table: Table, block: str) -> list[str]:
    data = bytes.fromhex(block)
    found, left = table.fields(data)
    assert left == 0
    for field in found:
        if field.value_at >= 0:
            assert data[field.value_at : field.value_at + len(field.value)] == field.value
    return [f"{field.name.decode()}: {field.value.decode()}" for field in found]


REQUESTS = [
    [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
    [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"],
    [
        ":method: GET",
        ":scheme: https",
        ":path: /index.html",
        ":authority: www.example.com",
        "custom-key: custom-value",
    ],
]


@pytest.mark.parametrize(
    "blocks",
    [
        [  # RFC 7541 appendix C.3
            "828684410f7777772e6578616d706c652e636f6d",
            "828684be58086e6f2d6361636865",
            "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
        ],
        [  # appendix C.4
            "828684418cf1e3c2e5f23a6ba0ab90f4ff",
            "828684be5886a8eb10649cbf",
            "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
        ],
    ],
)
def test_the_requests_of_the_specification_are_read(blocks: list[str]) -> None:
    table = Table()
    for block, wanted in zip(blocks, REQUESTS, strict=True):
        assert pairs(table, block) == wanted
    assert len(table) == 3


def test_the_answers_of_the_specification_are_read_through_evictions() -> None:
    table = Table()  # appendix C.6: a table of 256 bytes
    table.resize(256)
    date = "date: Mon, 21 Oct 2013 20:13:2"
    first = pairs(
        table,
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
    )
    assert first == [
        ":status: 302",
        "cache-control: private",
        date + "1 GMT",
        "location: https://www.example.com",
    ]
    second = pairs(table, "4883640effc1c0bf")
    assert second == [
        ":status: 307",
        "cache-control: private",
        date + "1 GMT",
        "location: https://www.example.com",
    ]
    third = pairs(
        table,
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960"
        "d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
    )
    assert third[2:5] == [date + "2 GMT", "location: https://www.example.com", "content-encoding: gzip"]
    assert third[5] == "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"
    assert len(table) == 3


def test_literals_of_the_specification_that_are_not_kept() -> None:
    table = Table()  # appendix C.2.2, C.2.3
    assert pairs(table, "040c2f73616d706c652f70617468") == [":path: /sample/path"]
    assert pairs(table, "100870617373776f726406736563726574") == ["password: secret"]
    assert len(table) == 0


def test_the_static_table_has_its_61_entries() -> None:
    assert len(STATIC) == 61
    assert STATIC[0] == (b":authority", b"")
    assert STATIC[15] == (b"accept-encoding", b"gzip, deflate")
    assert STATIC[60] == (b"www-authenticate", b"")


def test_integers_of_the_specification_and_hostile_ones() -> None:
    assert integer(b"\x0a", 0, 5) == (10, 1)
    assert integer(b"\x1f\x9a\x0a", 0, 5) == (1337, 3)
    assert integer(b"\x2a", 0, 8) == (42, 1)
    for bad in (b"", b"\x1f", b"\x1f\x80\x80", b"\x1f" + b"\xff" * 40):
        with pytest.raises(Malformed):
            integer(bad, 0, 5)


@pytest.mark.parametrize(
    "bad", ["80", "be", "ff80808001", "0085", "3fe1ffffff07", "82" + "20", "4181ff", "400a"]
)
def test_what_breaks_the_rules_is_told(bad: str) -> None:
    with pytest.raises(Malformed):
        Table().fields(bytes.fromhex(bad))


def test_every_proper_prefix_of_a_field_is_told() -> None:
    block = bytes.fromhex("400a637573746f6d2d6b65790c637573746f6d2d76616c7565")
    for cut in range(1, len(block)):
        with pytest.raises(Malformed):
            Table().fields(block[:cut])


def test_who_joined_late_knows_new_entries_and_says_which_old_ones_are_unknown() -> None:
    table = Table()
    table.forget()
    found, _ = table.fields(bytes.fromhex("400161016240016301648282bec5"))
    assert [(field.name, field.value, field.known) for field in found[-2:]] == [
        (b"c", b"d", True),
        (b"?", b"?", False),
    ]


def test_a_bomb_of_indices_is_read_up_to_a_bound() -> None:
    table = Table()
    value = b"x" * 4000
    bomb = b"\x40\x01a\x7f" + bytes([0xA1, 0x1E]) + value + b"\xbe" * 200_000
    found, left = table.fields(bomb)
    assert len(found) <= MOST_FIELDS
    assert sum(len(field.value) for field in found) <= 512 << 10
    assert len(found) + left == 200_001


def test_a_table_stays_within_its_size() -> None:
    table = Table()
    for number in range(1000):
        table.add(b"n", str(number).encode())
    assert len(table) == 4096 // 36
    table.resize(0)
    assert len(table) == 0
    table.add(b"n", b"v")
    assert len(table) == 0
    with pytest.raises(Malformed):
        table.resize(1 << 30)


@given(st.binary(max_size=200))
def test_noise_raises_nothing_else(noise: bytes) -> None:
    table = Table()
    for _ in range(2):
        try:
            table.fields(noise)
        except Malformed:
            assert table.late
