"""The tokens of a JSON document."""

from __future__ import annotations

import re

import pytest

from vitne.encodings._escapes import Escapes
from vitne.encodings._json_reader import ESCAPE, Reader, unescape

ESCAPES = Escapes(ESCAPE, unescape)


def read(data: bytes, most: int = 100) -> tuple[Reader, list[bytes]]:
    reader = Reader(data, 0, most)
    return reader, [child.data for child in reader.leaves(ESCAPES)]


@pytest.mark.parametrize(
    ("spelled", "stands"),
    [
        (rb"\n", b"\n"),
        (rb"\/", b"/"),
        (rb"\"", b'"'),
        (rb"\u0041", b"A"),
        (rb"\ud83d\ude00", "😀".encode()),
        (rb"\ud83d", b"\xed\xa0\xbd"),
    ],
)
def test_escapes_stand_for_their_characters(spelled, stands):
    assert re.fullmatch(ESCAPE, spelled)
    assert unescape(spelled) == stands


def test_a_whole_document_is_complete_and_ends_where_it_ends():
    reader, leaves = read(b'{"a":[1,"x",true,null,{}],"b":{}} rest')
    assert leaves == [b"1", b"x"]
    assert (reader.complete, reader.sensible, reader.position) == (True, True, 33)


@pytest.mark.parametrize("data", [b'{"a":1', b'{"a":[1,2', b'{"a":"x'])
def test_a_document_cut_off_is_not_complete(data):
    reader, leaves = read(data)
    assert leaves
    assert reader.sensible
    assert not reader.complete


@pytest.mark.parametrize("data", [b"{,}", b"[,]", b'{"a"}', b"{1:2}", b"[1 2]", b"{]", b'{"a":}'])
def test_reading_stops_where_the_grammar_breaks(data):
    assert not read(data)[0].complete


def test_leaves_are_bounded():
    assert len(read(b"[1,2,3,4,5]", most=3)[1]) == 3
