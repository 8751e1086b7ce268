"""Hexadecimal text: RFC 4648 section 8, separators, case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.hex import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def test_the_vector_of_rfc_4648():
    (child,) = encoding.unwrap(b"666F6F626172", LIMITS)
    assert child.data == b"foobar"
    assert encoding.wrap(child) == b"666F6F626172"


@given(
    data=st.binary(min_size=2, max_size=40),
    separator=st.sampled_from(["", ":", "-", " ", ","]),
    upper=st.booleans(),
)
def test_what_the_standard_library_writes_is_read_and_comes_back(data, separator, upper):
    text = data.hex(separator) if separator else data.hex()
    raw = (text.upper() if upper else text).encode()
    (child,) = encoding.unwrap(raw, LIMITS)
    assert child.data == data
    assert encoding.wrap(child) == raw
    at = len(data) // 2
    assert bytes.fromhex(raw[slice(*encoding.locate(raw, child, at, at + 1))].decode()) == data[at : at + 1]


def test_a_text_in_hex_is_found_between_marks():
    raw = b"k=" + b"imei 004402990000014".hex().encode() + b"&mac=" + b"a text here".hex("-").upper().encode()
    assert [child.data for child in encoding.find(raw, LIMITS)] == [b"imei 004402990000014", b"a text here"]
    assert [child.data for child in encoding.find(b"0x" + b"a text here".hex().encode(), LIMITS)] == [
        b"a text here"
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"d41d8cd98f00b204e9800998ecf8427e",
        b"004402990000014",
        b"00:00:5E:00:53:01",
        b"5e0c71d2-93ab-4f06-b8d4-27a16fc3905e",
        b"xdeadbeefdeadbeef00",
    ],
)
def test_digests_numbers_and_addresses_are_left_alone(text):
    assert list(encoding.find(text, LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"abc", b"zz", b"00:1", b"00:11-22"])
def test_other_texts_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
