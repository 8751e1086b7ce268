"""Texts cut into labels, by hand."""

from __future__ import annotations

import base64

import pytest

from vitne.encodings.labels import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = base64.b32encode(b'{"imei":"004402990000014","imsi":"001010123456789"}' * 2).rstrip(b"=").lower()


def cut(text: bytes, width: int) -> bytes:
    return b".".join(text[at : at + width] for at in range(0, len(text), width))


@pytest.mark.parametrize("width", [30, 60, 63])
def test_labels_are_joined_and_each_byte_has_its_place(width):
    name = cut(TEXT, width) + b".exfil.example"
    child = next(child for child in encoding.find(name, LIMITS) if child.data == TEXT)
    assert encoding.wrap(child) == name[child.start : child.end] == cut(TEXT, width)
    for at in (0, width - 1, width, 2 * width + 1):
        start, end = encoding.locate(name, child, at, at + 1)
        assert name[start:end] == TEXT[at : at + 1]


def test_a_text_that_fills_its_labels_is_given_without_the_next():
    name = cut(TEXT[:126], 63) + b".exfil.example"
    assert TEXT[:126] in [child.data for child in encoding.find(name, LIMITS)]


@pytest.mark.parametrize(
    "name", [b"www.example", b"internationalizationcompany.example", b"5e0c71d2.collect.example", b"a b.c"]
)
def test_ordinary_names_are_left_alone(name):
    assert list(encoding.find(name, LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"one", b"a.bcd", b"abc.a.abc"])
def test_other_texts_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
