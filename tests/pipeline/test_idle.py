"""Parts that hold nothing are passed over from their third time on; those that hold something never are."""

from __future__ import annotations

import pytest

from vitne.identify.search import Searcher
from vitne.model import Message, Part, Seed
from vitne.pipeline.idle import LONGEST, Idle

MESSAGE = Message(protocol="http", kind="request", side=0, start=0, end=10)


def _times(idle: Idle, path: str, data: bytes, field: str = "") -> list[bool]:
    part = Part(path=path, start=0, end=len(data), field=field)
    return [idle.holds_nothing(MESSAGE, part, data) for _ in range(4)]


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
