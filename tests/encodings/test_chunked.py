"""Chunked bodies: RFC 9112 section 7.1."""

from __future__ import annotations

import pytest

from vitne.encodings.chunked import encoding
from vitne.model import Child, Limits, Malformed

LIMITS = Limits()
BODY = b'4\r\nWiki\r\n7;name="v"\r\npedia i\r\nB\r\nn \r\nchunks.\r\n0\r\nExpires: never\r\nX: y\r\n\r\n'


def unwrap(data: bytes, limits: Limits = LIMITS) -> Child:
    (child,) = encoding.unwrap(data, limits)
    return child


def test_extensions_and_trailers_are_passed_over_and_come_back():
    child = unwrap(BODY)
    assert child.data == b"Wikipedia in \r\nchunks."
    assert (child.end, child.complete) == (len(BODY), True)
    assert encoding.wrap(child) == BODY


def test_a_range_over_two_chunks_holds_the_head_between_them():
    child = unwrap(BODY)
    start, end = encoding.locate(BODY, child, 2, 6)
    assert BODY[start:end] == b'ki\r\n7;name="v"\r\npe'
    assert BODY[slice(*encoding.locate(BODY, child, 4, 9))] == b"pedia"
    assert BODY[slice(*encoding.locate(BODY, child, 0, 4))] == b"Wiki"


def test_every_proper_prefix_is_malformed_or_not_complete():
    for cut in range(len(BODY)):
        try:
            child = unwrap(BODY[:cut])
        except Malformed:
            continue
        assert not child.complete
        assert encoding.wrap(child) == BODY[: child.end]


def test_what_follows_is_left_outside_and_bare_line_feeds_are_taken():
    assert unwrap(BODY + b"GET / HTTP/1.1").end == len(BODY)
    assert unwrap(b"2\nab\n0\n\n").data == b"ab"
    assert [one.data for one in encoding.find(BODY, LIMITS)] == [b"Wikipedia in \r\nchunks."]
    assert list(encoding.find(BODY[:-2], LIMITS)) == []


def test_an_enormous_size_is_a_cut_off_chunk_and_other_bytes_are_malformed():
    child = unwrap(b"FFFFFFFFFFFFFFFF\r\nabc")
    assert (child.data, child.complete) == (b"abc", False)
    assert len(unwrap(b"10\r\n" + bytes(16) + b"\r\n0\r\n\r\n", Limits(size=7)).data) == 7
    for data in (b"", b"\r\n", b"xyz\r\n", b"-1\r\n", b"1" * 17 + b"\r\n"):
        with pytest.raises(Malformed):
            unwrap(data)
