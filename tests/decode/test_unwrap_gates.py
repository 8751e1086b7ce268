"""Gates: what is worth a look, and which encodings in which order."""

from __future__ import annotations

import gzip

import pytest

from vitne.decode.unwrap_gates import candidates, families, family_of, worth_opening
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
