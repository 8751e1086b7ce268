"""Saved items, after the documentation: none of a real Burp Suite was at hand."""

from __future__ import annotations

import base64

import pytest

from tests.exports.samples import ANSWER, REQUEST, burp
from vitne.exports import Exchange
from vitne.exports.formats.burp import _when, prefix, read, spans
from vitne.model import Gap, Malformed


def _one(data: bytes) -> Exchange:
    [span] = spans(data)
    assert not isinstance(span, Gap)
    [one] = read(prefix(data) + data[slice(*span)])
    assert isinstance(one, Exchange)
    return one


@pytest.mark.parametrize("encoded", [True, False])
def test_messages_stand_in_base64_or_as_text(encoded: bool) -> None:
    one = _one(burp(REQUEST, ANSWER, encoded=encoded))
    assert one.units[0].data.startswith(b"POST /v1?os=13 HTTP/1.1\r\nHost: collect.example\r\n")
    assert one.units[1].data == b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


def test_a_body_in_chunks_stays_so() -> None:
    asked = b"POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    assert _one(burp(asked, b"")).units[0].data == asked


def test_an_item_without_an_answer_says_so() -> None:
    one = _one(burp(REQUEST, b""))
    assert not one.answered
    assert len(one.units) == 1


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("Tue Nov 14 23:13:20 CET 2023", 1_700_000_000),
        ("Tue Nov 14 22:13:20 UTC 2023", 1_700_000_000),
        ("Tue Nov 14 23:43:20 GMT+01:30 2023", 1_700_000_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000),
    ],
)
def test_times_are_read_where_their_zone_is_known(word: str, found: int) -> None:
    assert _when(word) == found * 10**9


@pytest.mark.parametrize(
    "word",
    ["Tue Nov 14 23:13:20 XYZ 2023", "Tue Nov 34 23:13:20 UTC 2023", "Tue Foo 14 23:13:20 UTC 2023", ""],
)
def test_other_times_are_not_known(word: str) -> None:
    assert _when(word) is None


@pytest.mark.parametrize(
    "request_text",
    ["", base64.b64encode(b"nonsense").decode(), "A"],
    ids=["nothing", "no request line", "no base64"],
)
def test_an_item_without_a_request_is_malformed(request_text: str) -> None:
    with pytest.raises(Malformed):
        list(read(f'<item><request base64="true">{request_text}</request></item>'.encode()))
