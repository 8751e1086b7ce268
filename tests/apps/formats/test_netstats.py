"""Bytes by hour, of both ages of the dump."""

from __future__ import annotations

import pytest
from tests.apps import samples

from vitne.apps import Book
from vitne.apps.formats import netstats
from vitne.model import App

START = 1_699_999_200


@pytest.mark.parametrize("data", [samples.NETSTATS, samples.OLD_NETSTATS], ids=["new", "old"])
def test_who_sent_is_told_by_its_stretch_of_time(data):
    book = Book()
    netstats.read(data, book)
    assert book.of_time(START * 10**9) == App(uid=10123, source="netstats")
    assert book.of_time((START + 7_199) * 10**9 + 999_999_999) == App(uid=10123, source="netstats")
    assert book.of_time(START * 10**9 - 1) is None


def test_who_received_only_did_not_send_and_counts_of_all_and_of_tags_are_left_out():
    book = Book()
    netstats.read(samples.NETSTATS, book)
    assert book.of_time((START + 7_200) * 10**9) == App(uid=10124, source="netstats")
    assert book.entries == 2
