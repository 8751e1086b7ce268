from __future__ import annotations

import pytest

from vitne.exports.charles import Half, Transaction, exchange, far_address


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("collect.example/198.51.100.20", "198.51.100.20"),
        ("collect.example/198.51.100.20:443", "198.51.100.20"),
        ("collect.example/2001:db8::1", "2001:db8::1"),
        ("/198.51.100.20", "198.51.100.20"),
        ("collect.example", ""),
        ("", ""),
    ],
)
def test_the_far_end_is_found_in_its_word(word: str, found: str) -> None:
    assert far_address(word) == found


def test_a_transaction_is_written_out() -> None:
    half = Half(headers=[("X-A", "b")], body=b"", time_ns=5)
    one = exchange(
        Transaction(
            method="get",
            scheme="http",
            host="collect.example",
            port=8080,
            target="/x",
            client=("192.168.1.20", 40000),
            remote="",
            status=0,
            request=half,
            response=half,
        )
    )
    assert [unit.data for unit in one.units] == [
        b"GET /x HTTP/1.1\r\nHost: collect.example:8080\r\nX-A: b\r\n\r\n"
    ]
    assert not one.answered
    assert not one.secured
