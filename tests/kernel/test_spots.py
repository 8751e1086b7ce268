"""Spots: text runs and magics, as a plain search with a regular expression finds them."""

from __future__ import annotations

import gzip
import re
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from vitne.kernel.spots import spots

TEXT = rb"[\x20-\x7e\t\r\n]"
PLAIN = re.compile(
    TEXT + rb"{8,}|(?:" + TEXT + rb"\x00){6,}|\x1f\x8b\x08|\x28\xb5\x2f\xfd|\x78[\x01\x5e\x9c\xda]"
)


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b"x", mtime=0),
        zlib.compress(b"x", 1),
        zlib.compress(b"x", 6),
        zlib.compress(b"x", 9),
        zstandard.compress(b"x"),
    ],
)
def test_a_compression_announces_itself_at_any_offset(packed: bytes) -> None:
    assert spots(b"\xff\xfe\x00" + packed)[0] == 3


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (b"\xffeight ch\x00", [1]),
        (b"\xffseven c\x00", []),
        ("wide text".encode("utf-16-le"), [0]),
        (b"\0\0" + "wide text".encode("utf-16-be"), [3]),
    ],
)
def test_text_announces_itself_from_eight_characters_on_and_from_six_in_utf_16(
    text: bytes, at: list[int]
) -> None:
    assert spots(text).tolist() == at


@given(
    st.binary(max_size=400)
    | st.text(alphabet="ab\x00\x80\x1f\x8b\x08x\x9c", max_size=300).map(lambda text: text.encode("latin-1"))
)
def test_whether_anything_is_announced_is_what_a_plain_search_says(data: bytes) -> None:
    assert bool(len(spots(data))) == (PLAIN.search(data) is not None)


def test_no_more_are_told_than_asked_for() -> None:
    assert len(spots(b"\x78\x9c\xff" * 1000, 10)) == 10
    assert spots(b"").tolist() == []
