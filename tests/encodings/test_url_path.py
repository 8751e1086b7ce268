"""Segments of paths after RFC 3986."""

from __future__ import annotations

import pytest

from vitne.encodings.url_path import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def found(data: bytes) -> list[bytes]:
    return [child.data for child in encoding.find(data, LIMITS)]


def test_escaped_segments_and_long_tokens_are_children_at_their_places():
    data = b"/api/v2/%1f%8b%08%00ab/QWxhZGRpbjpvcGVuIHNlc2FtZTE/x?q=%41%42%43%44"
    assert found(data) == [b"%1f%8b%08%00ab", b"QWxhZGRpbjpvcGVuIHNlc2FtZTE"]
    assert found(b"https://collect.example" + data) == found(data)
    assert all(data[child.start : child.end] == child.data for child in encoding.unwrap(data, LIMITS))


@pytest.mark.parametrize(
    "data",
    [
        b"/static/js/vendors~main.8f3a1c2b.chunk.js",
        b"/users/d41d8cd98f00b204e9800998ecf8427e/5e0c71d2-93ab-4f06-b8d4-27a16fc3905e",
        b"/internationalization-of-applications/",
        b"/a%20b/c",
        b"application/x-www-form-urlencoded",
        b"",
    ],
)
def test_words_numbers_and_digests_are_not(data):
    assert found(data) == []


def test_their_number_is_bounded():
    assert len(found(b"/%41%41%41%41" * 10_000)) <= LIMITS.children


@pytest.mark.parametrize("data", [b"", b"no path", b"?a=b"])
def test_other_texts_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
