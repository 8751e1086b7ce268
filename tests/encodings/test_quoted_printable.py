"""Quoted-printable by the standard library."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.quoted_printable import encoding
from vitne.model import Limits

LIMITS = Limits()


@given(st.text(alphabet="abcæøå= .\t", max_size=200))
def test_the_standard_library_reads_the_same(text):
    raw = quopri.encodestring(text.encode())
    (child,) = encoding.unwrap(raw, LIMITS)
    assert child.data == quopri.decodestring(raw) == text.encode()
    assert encoding.wrap(child) == raw


def test_a_value_over_a_soft_line_break_is_placed_with_the_break():
    raw = b"imei 00440299=\r\n0000014 =3D x"
    (child,) = encoding.find(raw, LIMITS)
    at = child.data.find(b"004402990000014")
    assert raw[slice(*encoding.locate(raw, child, at, at + 15))] == b"00440299=\r\n0000014"


@pytest.mark.parametrize("text", [b"a=12&b=34", b"QUJD==", b"plain", b"x = 3D"])
def test_forms_are_left_alone(text):
    assert list(encoding.find(text, LIMITS)) == []
