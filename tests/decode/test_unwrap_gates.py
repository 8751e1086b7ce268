"""Gates: what is worth a look, and which encodings in which order."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.unwrap_gates import anything, candidates, families, family_of, worth_opening
from vitne.encodings import encodings


def test_every_family_is_tried_in_its_order():
    for those in families().values():
        orders = [one.order for one in those]
        assert orders == sorted(orders)
    assert [family_of(encodings()[name]) for name in ("json", "base64", "gzip", "chunked")] == [
        "structure",
        "text",
        "binary",
        "transfer",
    ]
    assert family_of(object()) == "transfer"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        b"plain words",
        b"2019-02-03 07:15:42",
        b"004402990000014",
        b"\x89PNG\r\n\x1a\n" + bytes(90),
    ],
)
def test_words_numbers_and_pictures_are_not_opened(data):
    assert not worth_opening(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":"b"}',
        b"a=1&b=22",
        b"dXNlcjpwYXNz",
        gzip.compress(b"", mtime=0),
        b"John+Smith",
        b"x %41 y z",
        b"Basic QUJD",
    ],
)
def test_what_may_hold_something_is_opened(data):
    assert worth_opening(data)


def test_documents_come_first_where_the_data_are_one_and_last_where_not():
    assert candidates(b' {"a":1}')[0][-1].name != "json"
    assert candidates(b'a=1&b={"c":1}')[0][-1].name == "json"
    assert candidates(gzip.compress(b"x", mtime=0))[0][0].name == "gzip"


def test_of_a_picture_only_what_was_noted_with_it_is_read():
    picture = b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00" + bytes(40)
    assert worth_opening(picture)
    assert [one.name for one in candidates(picture)[0]] == ["exif"]
    assert not worth_opening(picture.replace(b"Exif", b"none"))


@pytest.mark.parametrize(
    "data", [b"l3+?rBWo>hpHNvryd?b:", b"34,39,30,31,35,34,32,30", b"343930313534323033323337353138"]
)
def test_base85_and_digits_in_hexadecimal_are_opened(data):
    assert worth_opening(data)
    assert anything(data)


@given(st.lists(st.binary(max_size=24).map(lambda text: text.replace(b"\n", b" "))))
def test_nothing_in_texts_together_means_nothing_worth_opening_in_any(texts) -> None:
    if not anything(b"\n".join(texts)):
        assert not any(map(worth_opening, texts))


@pytest.mark.parametrize(
    "text",
    [b"abcdefghijkl", b"00 00 5e 00 53 01 02 x", b"00-00-5e-00-53-01-02 x", b"a=1", b"Basic x", b"bearer x", b"\x00", b"\xc3\xa6"],
)  # fmt: skip
def test_one_text_among_others_is_seen(text: bytes) -> None:
    assert anything(b"item 1\n" + text + b"\nitem 2")


@pytest.mark.parametrize("text", [b"item 123456", b"2026-01-01", b"abcdefgh\nijklmnop", b"one, two. three!"])
def test_plain_texts_are_nothing(text: bytes) -> None:
    assert not anything(text)
