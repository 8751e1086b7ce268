"""Names of hosts of which many are told idle at once; a look at each alone is the other opinion."""

from __future__ import annotations

import pytest

from vitne.identify.search import Searcher
from vitne.model import Message, Part, Seed
from vitne.pipeline.hostnames import idle_names
from vitne.pipeline.idle import NOTHING, Idle

IMEI = "490154203237518"


def wire(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    return Searcher(
        [
            Seed(identifier="imei", name="a", value=IMEI),
            Seed(identifier="person-name", name="b", value="Zaphod"),
        ]
    )


DULL = [
    "api1.service7.example",
    "a.example",
    "example",
    "_sip.tcp.example",
    "x-1.y.example",
    "t9.cdn10.example",
]
TELLING = [f"x{IMEI}.track.example", f"zaphod.{IMEI[:8]}.example", "zaphod.example"]


def test_names_of_short_words_hold_nothing(searcher: Searcher) -> None:
    assert idle_names(searcher, [wire(name) for name in DULL]) == [True] * len(DULL)


def test_a_known_value_in_one_name_leaves_the_others_idle(searcher: Searcher) -> None:
    names = [*DULL, *TELLING]
    assert idle_names(searcher, [wire(name) for name in names]) == [name in DULL for name in names]


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"\x03ww\0", b"\x03www", b"\x02www\0", b"\x01a\0\x01b\0", b"\x03a.b\0", b"\x20" + b"a" * 32 + b"\0", b"\x05ab\0cd\0"],
)  # fmt: skip
def test_what_is_no_short_name_is_left_to_a_patient_look(searcher: Searcher, data: bytes) -> None:
    assert idle_names(searcher, [data, wire("a.example")]) == [False, True]


def test_what_is_told_idle_at_once_is_idle_looked_at_alone(searcher: Searcher) -> None:
    names = [*DULL, *TELLING, "0123456789abcdef.example", "192-0-2-7.example", "me-at.example", "00-00-5e-00-53-01.example"]  # fmt: skip
    idle = Idle(searcher)
    for name, told in zip(names, idle_names(searcher, [wire(name) for name in names]), strict=True):
        data = wire(name)
        part = Part(path="question", start=0, end=len(data), field="name", hints=("dns-name",))
        message = Message(protocol="dns", kind="query", side=0, start=0, end=len(data))
        if told:
            assert idle.look(message, part, data) == NOTHING
