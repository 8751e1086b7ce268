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
