"""Logs of calls on sockets."""

from __future__ import annotations

import pytest
from tests.apps import samples
from tests.apps.test_book import flow

from vitne.apps import Book
from vitne.apps.formats import socket_trace
from vitne.model import App, Malformed


def test_a_call_names_package_and_process():
    book = Book()
    socket_trace.read(samples.TRACE, book)
    assert book.of_flow(flow()) == App(
        package="com.example.weather", name="com.example.weather:push", source="socket-trace"
    )
    assert book.entries == 1


@pytest.mark.parametrize("length", [1, 40, 300, len(samples.TRACE) - 1])
def test_a_log_that_is_cut_is_reported(length):
    with pytest.raises(Malformed):
        socket_trace.read(samples.TRACE[:length], Book())


@pytest.mark.parametrize("data", [b"{}", b"7", b"[" * 100_000])
def test_what_is_no_list_is_reported(data):
    with pytest.raises(Malformed):
        socket_trace.read(data, Book())
