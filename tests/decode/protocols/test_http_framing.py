"""How long a body is: the rules of RFC 9112 section 6.3, in their order."""

from __future__ import annotations

import pytest

from vitne.decode.protocols.http_framing import boundary, framing, hints, media_hint
from vitne.decode.protocols.http_heads import Head, parse

REQUEST = b"POST / HTTP/1.1\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\n"


def head(block: bytes) -> Head:
    made = parse(block + b"\r\n", 0)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("block", "method", "mode", "length"),
    [
        (ANSWER + b"Content-Length: 5\r\n", "HEAD", "none", 0),
        (b"HTTP/1.1 100 Continue\r\n", "POST", "none", 0),
        (b"HTTP/1.1 304 X\r\nContent-Length: 5\r\n", "GET", "none", 0),
        (ANSWER, "CONNECT", "tunnel", 0),
        (b"HTTP/1.1 407 X\r\nContent-Length: 5\r\n", "CONNECT", "length", 5),
        (b"HTTP/1.1 200 Connection Established\r\n", None, "tunnel", 0),
        (ANSWER + b"Transfer-Encoding: gzip, Chunked\r\n", "GET", "chunked", 0),
        (ANSWER + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", "GET", "close", 0),
        (ANSWER + b"Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "GET", "length", 3),
        (ANSWER + b"Transfer-Encoding: identity\r\n", "GET", "close", 0),
        (REQUEST + b"Transfer-Encoding: identity\r\n", None, "none", 0),
        (REQUEST + b"Transfer-Encoding: x\r\nContent-Length: 3\r\n", None, "length", 3),
        (REQUEST + b"Content-Length: 3\r\n", None, "length", 3),
        (REQUEST + b"Content-Length: 3, 3\r\n", None, "length", 3),
        (REQUEST + b"Content-Length: x, 4\r\n", None, "length", 4),
        (REQUEST + b"Content-Length: x\r\n", None, "none", 0),
        (REQUEST, None, "none", 0),
        (ANSWER, "GET", "close", 0),
        (b"GET /old\r\n", None, "none", 0),
    ],
)
def test_the_body_ends_as_the_rules_say(block: bytes, method: str | None, mode: str, length: int) -> None:
    chosen = framing(head(block), method)
    assert (chosen.mode, chosen.length) == (mode, length)


def test_the_other_reading_is_kept_where_the_head_contradicts_itself() -> None:
    both = framing(head(REQUEST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), None)
    assert (both.mode, both.other, both.other_name) == ("chunked", 3, "content-length")
    two = framing(head(REQUEST + b"Content-Length: 3\r\nContent-Length: 9\r\n"), None)
    assert (two.length, two.other, two.other_name) == (3, 9, "content-length-2")


def test_codings_and_type_are_named_outermost_first() -> None:
    made = head(
        REQUEST + b"Transfer-Encoding: x-gzip, chunked\r\nContent-Encoding: br\r\nContent-Type: text/xml\r\n"
    )
    assert hints(made, chunked=True) == ("chunked", "gzip", "brotli", "xml")
    assert hints(made, chunked=False) == ("gzip", "brotli", "xml")


@pytest.mark.parametrize(
    ("media", "hint"),
    [
        ("", ""),
        ("text/html", ""),
        ("multipart/mixed", "multipart"),
        ("application/ld+json", "json"),
        ("image/svg+xml", "xml"),
    ],
)
def test_media_types_name_an_encoding_or_none(media: str, hint: str) -> None:
    assert media_hint(media) == hint


def test_the_boundary_is_read_with_and_without_quotes() -> None:
    assert boundary(head(REQUEST + b"Content-Type: multipart/mixed;boundary=a1\r\n")) == "a1"
    assert boundary(head(REQUEST + b'Content-Type: multipart/mixed; Boundary="a b"\r\n')) == "a b"
    assert boundary(head(REQUEST + b"Content-Type: multipart/mixed\r\n")) == ""
    assert boundary(head(REQUEST + b"Content-Type: text/plain; boundary=x\r\n")) == ""


def test_bodies_of_grpc_are_named_whatever_their_messages_are_written_in() -> None:
    for word, hint in (
        ("application/grpc", "grpc"),
        ("application/grpc+json", "grpc"),
        ("application/grpc-web+proto", "grpc"),
        ("application/grpc-web-text", "grpc-web-text"),
    ):
        assert media_hint(word) == hint
