from __future__ import annotations

import hashlib

import pytest

from vitne.identify.search import Searcher
from vitne.model import Node, Part, Seed

NAMES = ("Kari Fjell", "Ola Elv", "Per Dal", "Anne Li")
APPS = tuple(f"example.app{word}.maker" for word in ("alfa", "bravo", "charlie", "delta", "echo", "foxtrot"))


def _seeds(identifier: str, values: tuple[str, ...]) -> list[Seed]:
    return [
        Seed(identifier=identifier, name=f"{identifier}#{number}", value=value)
        for number, value in enumerate(values, 1)
    ]


def _names(data: bytes, seeds: list[Seed]) -> list[str]:
    part = Part(path="body", start=0, end=len(data))
    return sorted(one.seed.name for one in Searcher(seeds, haystack=1 << 24).nodes([Node(data, part=part)]))


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_short_names_of_contacts_are_no_address_book(count: int):
    data = "|".join(f"x{name}" for name in NAMES[:count]).replace("x", " ").encode()
    assert _names(data, _seeds("contact", NAMES)) == []


def test_three_contacts_in_one_record_are_found_though_each_is_short():
    data = "[" + ",".join(NAMES[:3]) + "]"
    assert _names(data.encode(), _seeds("contact", NAMES)) == ["contact#1", "contact#2", "contact#3"]


def test_contacts_are_found_by_their_numbers_in_any_spelling():
    seeds = _seeds("contact", ("+47 992 00 101", "+47 992 00 102", "+47 992 00 103"))
    assert len(_names(b"99200101;99200102;99200103", seeds)) == 3


@pytest.mark.parametrize(("count", "found"), [(1, 0), (4, 0), (5, 5), (6, 6)])
def test_five_packages_make_a_list_of_apps_and_fewer_say_nothing(count: int, found: int):
    data = '["' + '","'.join(APPS[:count]) + '"]'
    assert len(_names(data.encode(), _seeds("app-list", APPS))) == found


def test_digests_of_five_packages_make_a_list_too():
    data = ",".join(hashlib.md5(app.encode(), usedforsecurity=False).hexdigest() for app in APPS[:5])
    assert len(_names(data.encode(), _seeds("app-list", APPS))) == 5


def test_packages_of_two_messages_are_no_list():
    seeds = _seeds("app-list", APPS)
    nodes = [Node(app.encode(), part=Part(path="body", start=0, end=len(app))) for app in APPS]
    assert list(Searcher(seeds).nodes(nodes)) == []
