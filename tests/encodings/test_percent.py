"""Percent escapes: RFC 3986, forms, styles that come back."""

from __future__ import annotations

import quopri
from urllib.parse import quote, quote_plus, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.percent import encoding
from vitne.model import Limits

LIMITS = Limits()


@given(data=st.binary(max_size=80), safe=st.sampled_from(["", "/", "/:@"]))
def test_what_the_standard_library_escapes_is_read_and_comes_back(data, safe):
    for text in (quote(data, safe=safe).encode(), quote_plus(data, safe=safe).encode()):
        (child,) = encoding.unwrap(text, LIMITS)
        assert child.data == data
        assert encoding.wrap(child) == text


@pytest.mark.parametrize("text", [b"%41A%41", b"%2f%2F/", b"100%", b"%zz%4", b"%25%32%35"])
def test_mixed_styles_and_broken_escapes_come_back(text):
    (child,) = encoding.unwrap(text, LIMITS)
    assert child.data == unquote_to_bytes(text)
    assert encoding.wrap(child) == text


def test_each_byte_is_placed_at_its_escape():
    text = b"ab%7Bc%22d"
    (child,) = encoding.find(text, LIMITS)
    assert child.data == b'ab{c"d'
    assert [encoding.locate(text, child, n, n + 1) for n in range(6)] == [
        (0, 1),
        (1, 2),
        (2, 5),
        (5, 6),
        (6, 9),
        (9, 10),
    ]
    assert encoding.locate(text, child, 2, 5) == (2, 9)
    assert encoding.locate(text, child, 0, 6) == (0, 10)


def test_plus_is_read_both_ways_where_a_space_may_be_meant():
    assert [child.data for child in encoding.find(b"John+Q%2E", LIMITS)] == [b"John+Q.", b"John Q."]
    assert [child.data for child in encoding.find(b"John+Smith", LIMITS)] == [b"John Smith"]
    assert list(encoding.find(b"1 + 1 a+b", LIMITS)) == []
    assert list(encoding.find(b"H4sIAAA+AAAAAAB9kMFuwjAM/x==", LIMITS)) == []


def test_texts_without_escapes_are_left_alone():
    assert list(encoding.find(b"100 % plain %", LIMITS)) == []


def test_limits_bound_what_is_read():
    (child,) = encoding.find(b"%41" * 100, Limits(size=30))
    assert (child.data, child.end, child.complete) == (b"A" * 10, 30, False)


def test_characters_that_the_script_function_escape_spells_are_read():
    # ECMA-262 section B.2.1.1
    (child,) = encoding.find(b"name%3D%u5F20%20%E5", LIMITS)
    assert child.data == b"name=" + "张".encode() + b" \xe5"
    assert encoding.wrap(child) == b"name%3D%u5F20%20%E5"


def test_what_quoted_printable_or_uuencoding_went_around_is_left_to_them():
    quoted = quopri.encodestring(("data=" + quote(bytes(range(120, 220)))).encode())
    assert quoted.count(b"=\n")
    assert not list(encoding.find(quoted, LIMITS))
    assert not list(encoding.find(b"begin 644 a\n%%41A%41\n`\nend\n", LIMITS))
    assert list(encoding.find(b"a=1&b=%41%42%43", LIMITS))
    assert list(encoding.find(b"body=%3D%41%42%43", LIMITS))
