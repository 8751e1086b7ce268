"""Lists of packages in the three forms."""

from __future__ import annotations

import pytest
from tests.apps import samples

from vitne.apps import Book
from vitne.apps.formats import package_list
from vitne.model import App


@pytest.mark.parametrize("data", [samples.SHELL, samples.FILE, samples.DUMP], ids=["shell", "file", "dump"])
def test_packages_are_named_by_their_user(data):
    book = Book()
    package_list.read(data, book)
    for uid, package in ((10123, "com.example.weather"), (10124, "com.example.shop")):
        assert book.named(App(uid=uid, source="proc-net")).package == package


def test_a_package_of_a_dump_without_a_user_does_not_take_the_next_one_s():
    book = Book()
    package_list.read(
        b"  Package [com.example.a] (1):\n  Package [com.example.b] (2):\n    userId=10123\n", book
    )
    assert book.named(App(uid=10123, source="proc-net")).package == "com.example.b"
