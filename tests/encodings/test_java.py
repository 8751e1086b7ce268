"""Serialised Java objects by hand after the grammar of the specification."""

from __future__ import annotations

import pytest

from vitne.encodings.java import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
HEAD = b"\xac\xed\x00\x05"


def text(value: str) -> bytes:
    raw = value.encode()
    return b"t" + len(raw).to_bytes(2, "big") + raw


def test_texts_and_class_names_are_found_at_their_places():
    data = (
        b"xx"
        + HEAD
        + b"sr\x00\x0forg.example.Info"
        + bytes(8)
        + b"\x02\x00\x00xp"
        + text("004402990000014")
        + text("Åse")
    )
    found = list(encoding.find(data, LIMITS))
    assert [(child.path, child.data) for child in found] == [
        ("class", b"org.example.Info"[:15]),
        ("[1]", b"004402990000014"),
        ("[2]", "Åse".encode()),
    ]
    assert all(data[child.start : child.end] == child.data for child in found)


def test_a_long_text_has_its_length_in_eight_bytes():
    data = HEAD + b"\x7c" + (70_000).to_bytes(8, "big") + b"y" * 70_000
    (child,) = encoding.unwrap(data, LIMITS)
    assert len(child.data) == 70_000


def test_a_text_longer_than_the_data_is_left_out():
    assert list(encoding.unwrap(HEAD + text("abc")[:-1], LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"\xac\xed\x00\x04", b"plain"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
