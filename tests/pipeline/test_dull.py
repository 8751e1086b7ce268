"""Parts that are told dull at once: a patient look at each alone is the other opinion."""

from __future__ import annotations

import base64
from random import Random

import pytest

from vitne.identify.search import Searcher
from vitne.model import Message, Part, Secrets, Seed
from vitne.pipeline.dull import Dull
from vitne.pipeline.idle import NOTHING, Idle
from vitne.pipeline.openings import Openings

IMEI = "490154203237518"
HELLO = Message(protocol="tls", kind="client-hello", side=0, start=0, end=0)


@pytest.fixture(scope="module")
def dull() -> Dull:
    seeds = [
        Seed(identifier="imei", name="a", value=IMEI),
        Seed(identifier="person-name", name="b", value="Zaphod"),
    ]
    searcher = Searcher(seeds)
    return Dull(searcher, Openings(Secrets(), searcher))


def parts(texts: list[bytes]) -> list[tuple[Part, bytes]]:
    return [(Part(path="sni", field="server name", start=0, end=len(text)), text) for text in texts]


DULL = [b"a.example", b"api1.service7.example", b"", Random(1).randbytes(32), b"h2", b"x" * 40]
TELLING = [
    IMEI.encode(),
    b"x" + IMEI.encode() + b".example",
    base64.b64encode(IMEI.encode()),
    bytes(byte ^ 0xC1 for byte in b'{"imei":"%s"}' % IMEI.encode()),
    b"kari.nordmann@post.example",
]


def test_nothing_is_in_short_names_and_in_noise(dull: Dull) -> None:
    assert dull.nothing(HELLO, parts(DULL)) == [True] * len(DULL)


def test_a_value_in_one_part_leaves_the_others_dull(dull: Dull) -> None:
    texts = [*DULL, *TELLING, *DULL]
    expected = [True] * len(DULL) + [False] * len(TELLING) + [True] * len(DULL)
    assert dull.nothing(HELLO, parts(texts)) == expected


def test_no_parts_are_no_answer(dull: Dull) -> None:
    assert dull.nothing(HELLO, []) == []


def test_what_is_told_dull_is_idle_looked_at_alone() -> None:
    searcher = Searcher([Seed(identifier="imei", name="a", value=IMEI)])
    idle = Idle(searcher)
    dull = Dull(searcher, None)
    texts = [*DULL, *TELLING, b"0123456789abcdef.example", b"192-0-2-7.example", b"00-00-5e-00-53-01.example"]
    for (part, text), nothing in zip(parts(texts), dull.nothing(HELLO, parts(texts)), strict=True):
        found = idle.look(HELLO, part, text)
        assert nothing or found != NOTHING
        assert found in {NOTHING, None} or not nothing
