"""What is found in parts that come again and again is known from their second time on."""

from __future__ import annotations

import pytest

from vitne.identify.search import Searcher
from vitne.model import Message, Part, Seed
from vitne.pipeline.idle import LONGEST, NOTHING, Idle, placed

MESSAGE = Message(protocol="http", kind="request", side=0, start=0, end=10)


def _times(idle: Idle, path: str, data: bytes, field: str = "") -> list[bool]:
    """Say which times it is known that nothing is in a part."""
    part = Part(path=path, start=0, end=len(data), field=field)
    return [idle.found(MESSAGE, part, data) == NOTHING for _ in range(4)]


def test_a_header_that_says_nothing_is_passed_over_from_its_second_time_on() -> None:
    idle = Idle(Searcher(()))
    told = _times(idle, "header:Accept-Encoding", b"gzip, deflate", "Accept-Encoding")
    assert told == [False, True, True, True]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("header:X-Device", b"kari.nordmann@post.example"),  # found by its looks
        ("header:X-IMEI", b"490154203237518"),  # found by its name
        ("header:X-Data", b"bmFtZT1LYXJpJmFnZT00MA=="),  # wrapped: what is inside is looked at every time
        ("header:X-Lat", b"59.9139"),  # half of a place; the other half stands in another part
        ("header:X-Known", b"Zaphod"),  # a known value
        ("body", b"nothing at all"),  # bodies differ
        ("header:X-Long", b"a b " * LONGEST),
    ],
)
def test_what_may_hold_something_is_looked_at_every_time(path: str, data: bytes) -> None:
    seeds = [
        Seed(identifier="free-text", value="Zaphod", name="z"),
        Seed(
            identifier="location",
            value="59.9139,10.7522",
            name="home",
            latitude=59.9139,
            longitude=10.7522,
            radius_m=500,
        ),
    ]
    idle = Idle(Searcher(seeds))
    assert _times(idle, path, data, path.partition(":")[2]) == [False] * 4


def test_the_same_bytes_in_another_part_are_judged_anew() -> None:
    idle = Idle(Searcher(()))
    assert _times(idle, "header:X-A", b"490154203237519", "X-A")[1:] == [True] * 3
    assert _times(idle, "header:imsi", b"001010123456789", "imsi") == [False] * 4


def test_what_a_part_shows_by_its_looks_is_told_at_the_place_of_each_message() -> None:
    idle = Idle(Searcher(()))
    value = b"490154203237518"
    first = Part(path="header:X-IMEI", start=10, end=25, field="X-IMEI")
    again = Part(path="header:X-IMEI", start=310, end=325, field="X-IMEI")
    assert idle.found(MESSAGE, first, value) is None
    assert idle.known("http", "header:X-IMEI", value) is None
    known = idle.found(MESSAGE, again, value)
    assert known is not None
    assert idle.known("http", "header:X-IMEI", value) == known
    (sighting,) = placed(known, again)
    assert (sighting.identifier, sighting.value) == ("imei", value.decode())
    assert sighting.node.place(sighting.start, sighting.end) == (310, 325)
    assert list(placed(NOTHING, again)) == []


def test_a_domain_name_that_says_nothing_is_passed_over_though_it_is_written_out() -> None:
    asked = Message(protocol="dns", kind="query", side=0, start=0, end=40)
    idle = Idle(Searcher([Seed(identifier="free-text", value="Zaphod", name="z")]))
    for name, told in ((b"\x04apis\x07service\x07example\x00", ()), (b"\x06zaphod\x07example\x00", None)):
        part = Part(path="question", start=12, end=12 + len(name), field="name", hints=("dns-name",))
        assert [idle.found(asked, part, name) for _ in range(3)] == [None, told, told]


@pytest.mark.parametrize("protocol", ["tls", "quic", "http"])
def test_random_bytes_of_a_handshake_are_passed_over_at_once_and_others_are_not(protocol: str) -> None:
    hello = Message(protocol=protocol, kind="client-hello", side=0, start=0, end=200)
    idle = Idle(Searcher([Seed(identifier="free-text", value="\xe6\xf8\xe5\xe6\xf8\xe5", name="z")]))
    random = bytes(range(128, 160))
    for data, told in (
        (random, None if protocol == "http" else ()),
        (random + b"user=bob", None),
        (random + "\xe6\xf8\xe5\xe6\xf8\xe5".encode(), None),
    ):
        part = Part(path="session-id", start=0, end=len(data), field="session id")
        assert idle.found(hello, part, data) == told


def test_the_same_bytes_under_another_field_of_a_record_are_judged_anew() -> None:
    told = Message(protocol="mdns", kind="response", side=0, start=0, end=40)
    idle = Idle(Searcher(()))
    name = b"\x08kariphon\x05local\x00"
    for field, passed in (("PTR", ()), ("host name", None)):
        part = Part(path="answer", start=12, end=12 + len(name), field=field, hints=("dns-name",))
        assert [idle.found(told, part, name) for _ in range(3)] == [None, passed, passed]
