from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.http import Http
from vitne.exports import http_text
from vitne.exports.http_text import Body, place_of
from vitne.model import Message

LINES = st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=40)), max_size=5)


def _messages(data: bytes, side: int) -> list[Message]:
    http = Http()
    return [one for one in (*http.feed(side, data), *http.finish(side)) if isinstance(one, Message)]


def _part(message: Message, data: bytes, path: str) -> bytes:
    return b"".join(data[part.start : part.end] for part in message.parts if part.path == path)


@given(st.binary(max_size=12), st.binary(max_size=60), LINES, st.binary(max_size=60))
def test_a_request_is_read_as_one_whatever_stands_in_it(
    method: bytes, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    data = http_text.request(method, b"/" + target, headers, Body(body), authority=b"collect.example")
    [message] = _messages(data, 0)
    assert (message.start, message.end) == (0, len(data))
    assert _part(message, data, "body") == body
    assert message.complete


@given(st.integers(100, 999), st.binary(max_size=20), LINES, st.binary(max_size=60))
def test_an_answer_is_read_as_one_whatever_stands_in_it(
    status: int, reason: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    data, lost = http_text.response(status, reason, headers, Body(body), method=b"GET")
    messages = _messages(data, 1)
    assert messages[0].status == status
    assert messages[0].end == len(data)
    assert lost in {0, len(body)}
    assert (lost == 0) == (_part(messages[0], data, "body") == body)


def test_headers_that_are_untrue_of_the_body_at_hand_are_left_out() -> None:
    headers = [
        (b":authority", b"collect.example"), (b"content-length", b"9999"), (b"Transfer-Encoding", b"chunked"),
        (b"Content-Encoding", b"gzip"), (b"Expect", b"100-continue"), (b"X-Kept", b"1"),
    ]  # fmt: skip
    data = http_text.request(b"POST", b"/", headers, Body(b"plain"), authority=b"collect.example")
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST / HTTP/1.1", b"Host: collect.example", b"X-Kept: 1", b"Content-Length: 5",
    ]  # fmt: skip
    assert body == b"plain"


@pytest.mark.parametrize("decoded", [True, False])
def test_a_body_that_is_still_encoded_keeps_its_coding(decoded: bool) -> None:
    packed = gzip.compress(b"plain")
    data = http_text.request(b"POST", b"/", [(b"content-encoding", b"gzip")], Body(packed, decoded=decoded))
    [message] = _messages(data, 0)
    assert next(part for part in message.parts if part.path == "body").hints == ("gzip",)


def test_a_coding_that_cannot_be_told_from_the_body_is_believed_only_where_it_was_not_taken_off() -> None:
    packed = zlib.compress(b"plain")
    for decoded, there in ((True, False), (False, True)):
        data = http_text.request(
            b"POST", b"/", [(b"content-encoding", b"deflate")], Body(packed, decoded=decoded)
        )
        assert (b"deflate" in data) is there


def test_a_body_in_chunks_stays_in_chunks() -> None:
    data = http_text.request(
        b"POST", b"/", [(b"Transfer-Encoding", b"chunked")], Body(b"2\r\nok\r\n0\r\n\r\n", decoded=False)
    )
    assert b"Content-Length" not in data
    [message] = _messages(data, 0)
    assert message.complete


@pytest.mark.parametrize(
    ("status", "method"), [(204, b"GET"), (304, b"GET"), (200, b"HEAD"), (101, b"GET"), (200, b"CONNECT")]
)
def test_a_body_that_an_answer_cannot_have_is_left_out_and_counted(status: int, method: bytes) -> None:
    data, lost = http_text.response(status, b"", [], Body(b"body"), method=method)
    assert lost == 4
    assert data.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://Collect.example/v1?a=b#c", ("https", "collect.example", 443, b"/v1?a=b")),
        ("http://user:word@collect.example:8080", ("http", "collect.example", 8080, b"/")),
        ("http://[2001:db8::1]:81/x", ("http", "2001:db8::1", 81, b"/x")),
        ("wss://live.example?a=1", ("wss", "live.example", 443, b"/?a=1")),
        ("http://collect.example/a b\r\nc", ("http", "collect.example", 80, b"/a%20b%0D%0Ac")),
        ("http://collect.example:99999/", ("http", "collect.example", 80, b"/")),
    ],
)
def test_addresses_are_taken_apart(url: str, found: tuple[str, str, int, bytes]) -> None:
    assert place_of(url) == found


@pytest.mark.parametrize(
    "url", ["", "data:text/plain,x", "chrome-extension://abc/x", "/path", "http:/x", "blob:http://x"]
)
def test_what_is_no_address_of_the_web_has_no_place(url: str) -> None:
    assert place_of(url) is None
