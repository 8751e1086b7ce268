"""Twin of vitne.evidence.pairs: what became of a known value becomes what becomes of its stand-in."""

from __future__ import annotations

import base64
import hashlib

import pytest

from vitne.evidence.edits import applied
from vitne.evidence.pairs import FOUND, Pairs
from vitne.evidence.replacing import Replacer
from vitne.model import Seed

IMEI = "490154203237518"
REPLACER = Replacer(b"0123456789abcdef0123")
OTHER = REPLACER.value("imei", IMEI)


def seed(identifier: str, value: str, name: str = "") -> Seed:
    return Seed(identifier=identifier, name=name or f"{identifier}#1", value=value)


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(md5(IMEI), md5(OTHER)), (IMEI, OTHER), (f"x{'ab' * 4}-{IMEI}", None)],
    ids=["digest", "itself", "inside"],
)
def test_a_found_value_follows_the_known_one_in_it(value: str, wanted: str | None) -> None:
    pairs = Pairs([seed("imei", IMEI), seed("device-id", value, f"{FOUND}1")], REPLACER)
    made = pairs.stand_ins[1].value
    assert made == wanted if wanted else (OTHER in made and made != value and len(made) == len(value))


def test_one_text_found_as_two_identifiers_has_one_stand_in_that_fits_the_stricter() -> None:
    pairs = Pairs([seed("device-id", IMEI, f"{FOUND}1"), seed("imei", IMEI, f"{FOUND}2")], REPLACER)
    assert [each.value for each in pairs.stand_ins] == [OTHER, OTHER]


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"])
def test_no_bit_of_a_value_stays_beside_it_in_base64(before: bytes) -> None:
    pairs = Pairs([seed("imei", IMEI)], REPLACER)
    data = base64.b64encode(before + IMEI.encode() + b"z")
    hits = pairs.search.scan(data)
    rows = zip(hits.needle.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
    edits = [pairs.edit(pairs.needles[needle], data, start, end) for needle, start, end in rows]
    longest = max(edits, key=lambda each: each.end - each.start)
    assert base64.b64decode(applied(data, [longest])) == before + OTHER.encode() + b"z"


def test_a_weak_name_is_replaced_where_it_is_a_word_of_its_own() -> None:
    pairs = Pairs([seed("device-name", "Kari-5", f"{FOUND}1")], REPLACER)
    assert [(each.start, each.end) for each in pairs.words(b"of Kari-5 and Kari-55")] == [(3, 9)]
