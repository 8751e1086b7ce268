"""Tables of sockets: rows as Linux prints them, their addresses checked by hand."""

from __future__ import annotations

import pytest
from tests.apps import samples
from tests.apps.test_book import flow

from vitne.apps import Book
from vitne.apps.formats import proc_net
from vitne.model import App


def read(data: bytes) -> Book:
    book = Book()
    proc_net.read(data, book)
    return book


@pytest.mark.parametrize(
    ("transport", "near", "port", "uid"),
    [
        ("tcp", "192.168.1.20", 40001, 10123),
        ("tcp", "192.168.1.20", 40003, 10124),
        ("udp", "192.168.1.20", 41000, 10126),
    ],
)
def test_sockets_are_read_from_tables_of_both_families_and_transports(transport, near, port, uid):
    known = read(samples.TCP.replace(b"0050", b"01BB") + samples.TCP6 + samples.UDP)
    assert known.of_flow(flow(transport=transport, near=(near, port))) == App(uid=uid, source="proc-net")


def test_addresses_of_ipv6_are_four_words_of_the_machine():
    assert proc_net._address(b"B80D0120000000000000000001000000") == "2001:db8::1"
    assert proc_net._address(b"0100007F") == "127.0.0.1"


def test_a_socket_in_time_wait_has_no_user():
    known = read(samples.TCP.replace(b"0050", b"01BB"))
    assert known.of_flow(flow(near=("192.168.1.20", 40002))) is None


def test_rows_that_are_cut_say_nothing():
    row = samples.TCP.splitlines()[1]
    for length in range(row.index(b"10123") + 4):
        assert read(samples.TCP.splitlines()[0] + b"\n" + row[:length]).entries == 0
