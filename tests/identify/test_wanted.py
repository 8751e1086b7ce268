"""What is asked for: by name, by looks, by known value."""

from __future__ import annotations

import pytest

from vitne import catalog
from vitne.identify.search import Searcher
from vitne.identify.wanted import Wanted
from vitne.model import Seed

IMEI = "490154203237518"


def wanted(*seeds: Seed) -> Wanted:
    return Wanted(Searcher(seeds))


@pytest.mark.parametrize(
    "name", [b"imei", b"IMEI", b"device.imei", b"imei[]", b"mcc", b"latitude", b"lat", b"distinct_id", b"resultCode"]
)  # fmt: skip
def test_names_of_rules_company_places_and_senders_are_asked_for(name: bytes) -> None:
    assert wanted().names[name]


@pytest.mark.parametrize("name", [b"rows", b"k", b"title"])
def test_other_names_are_not_asked_for(name: bytes) -> None:
    assert not wanted().names[name]


def test_items_of_a_bare_list_are_asked_for_because_a_sender_documents_them_by_place() -> None:
    assert wanted().names[None]


@pytest.mark.parametrize("name", [b"im\\u0065i", b"_", b"", b"12", b"x" * 101, b"a." + b"[]"])
def test_names_that_cannot_be_told_alone_are_asked_for(name: bytes) -> None:
    assert wanted().names[name]


def test_every_key_of_every_rule_is_asked_for() -> None:
    names = wanted().names
    for file in catalog.identifiers():
        for rule in file.rule:
            for key in (*rule.keys, *rule.beside):
                assert names[key.replace("*", "x").encode()], key


def test_every_field_of_every_sender_is_asked_for() -> None:
    names = wanted().names
    for sender in catalog.senders():
        for name in (*sender.match.required, *sender.match.some_of, *(field.name for field in sender.field)):
            assert names[name.encode()], name


@pytest.mark.parametrize(
    "text", [b"call me: kari.nordmann@post.example", b"00:00:5e:00:53:01", IMEI.encode(), b"tel:+4712345678"]
)
def test_looks_are_enough_for_rules_of_any_text(text: bytes) -> None:
    assert wanted().may_hold(text)


@pytest.mark.parametrize("text", [b"item 123456", b"2026-01-01", b"0.8474337369372327", b"a @ b"])
def test_other_looks_are_not(text: bytes) -> None:
    assert not wanted().may_hold(text)


def test_numbers_are_looked_at_as_such() -> None:
    assert wanted().may_be(IMEI.encode())
    assert not wanted().may_be(b"0.8474337369372327")


def test_known_values_and_places_have_ranges() -> None:
    asked = wanted(
        Seed(identifier="imei", name="imei#1", value=IMEI),
        Seed(identifier="location", name="home", value="", latitude=59.91, longitude=10.75, radius_m=500.0),
    )
    assert (7, 22) in asked.places(b'{"a": "490154203237518"}')
    assert asked.places(b'{"a": 59.9102, "b": 10.7511}')
    assert not asked.places(b'{"a": "nothing"}')


def test_parts_with_rules_of_their_own_are_not_skimmed() -> None:
    assert wanted().skims("body")
    assert not wanted().skims("header:Cookie")


def test_answers_are_named_by_senders() -> None:
    assert wanted().answers(b'{"resultCode":0}')
    assert not wanted().answers(b'{"ok":true}')


def test_where_known_values_may_stand_is_asked_once_of_the_same_data():
    from vitne.identify.wanted import _Latest

    asked: list[bytes] = []

    def places(data: bytes) -> list[tuple[int, int]]:
        asked.append(data)
        return [(0, len(data))]

    latest = _Latest(places)
    first, second = bytes([65, 66]), bytes([65, 66])
    assert latest(first) == latest(first) == latest(second) == [(0, 2)]
    assert asked == [first, second]
