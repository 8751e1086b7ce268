"""Base32: the vectors of RFC 4648, the standard library's writer, Crockford's alphabet by hand."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.base32 import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"imei=004402990000014; mac=00:00:5E:00:53:01"


# RFC 4648 section 10
@pytest.mark.parametrize(
    ("text", "data"),
    [(b"MY======", b"f"), (b"MZXQ====", b"fo"), (b"MZXW6===", b"foo"), (b"MZXW6YQ=", b"foob"), (b"MZXW6YTBOI======", b"foobar")],
)  # fmt: skip
def test_the_vectors_of_rfc_4648(text, data):
    (child,) = encoding.unwrap(text, LIMITS)
    assert child.data == data
    assert encoding.wrap(child) == text


@given(data=st.binary(min_size=2, max_size=90), padded=st.booleans(), lower=st.booleans())
def test_what_the_standard_library_writes_comes_back(data, padded, lower):
    text = base64.b32encode(data) if padded else base64.b32encode(data).rstrip(b"=")
    text = text.lower() if lower else text
    (child,) = encoding.unwrap(text, LIMITS)
    assert child.data == data
    assert encoding.wrap(child) == text


def test_the_other_alphabets_are_told_by_their_letters():
    text = base64.b32hexencode(TEXT)
    (child,) = encoding.find(b"id=" + text, LIMITS)
    assert (child.data, dict(child.params)["alphabet"]) == (TEXT, "hex")
    crockford = base64.b32hexencode(TEXT).translate(
        bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUV", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    )
    (child,) = encoding.find(crockford.rstrip(b"="), LIMITS)
    assert (child.data, dict(child.params)["alphabet"]) == (TEXT, "crockford")


def test_a_label_of_a_host_name_is_found_and_each_byte_has_its_letters():
    label = base64.b32encode(TEXT[:35]).rstrip(b"=").lower()
    name = label + b".t.example"
    (child,) = encoding.find(name, LIMITS)
    assert child.data == TEXT[:35]
    start, end = encoding.locate(name, child, 5, 20)
    whole = name[start // 8 * 8 : -(-end // 8) * 8]
    assert b"004402990000014" in base64.b32decode(whole.upper())


def test_lines_are_joined_and_come_back():
    letters = base64.b32encode(TEXT * 4)
    text = b"\r\n".join(letters[at : at + 64] for at in range(0, len(letters), 64)) + b"\r\n"
    (child,) = encoding.find(text, LIMITS)
    assert child.data == TEXT * 4
    assert encoding.wrap(child) == text


def test_a_letter_too_many_is_a_cut_and_spare_bits_come_back():
    (child,) = encoding.unwrap(b"MZXW6YTBM", LIMITS)
    assert (child.data, child.complete, child.end) == (b"fooba", False, 8)
    (child,) = encoding.unwrap(
        b"MZXW6YR", LIMITS
    )  # the last letter of foob is Q: R has bits that no byte takes
    assert child.data == b"foob"
    assert encoding.wrap(child) == b"MZXW6YR"


@pytest.mark.parametrize(
    "text",
    [
        b"INTERNATIONALIZATION",
        b"characteristically",
        b"0123456789012345",
        b"D41D8CD98F00B204E9800998ECF8427E",
        b"d41d8cd98f00b204e9800998ecf8427e",
        b"01ARZ3NDEKTSV4RRFFQ69G5FAV",
        b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    ],
)
def test_words_numbers_digests_and_keys_are_not_base32(text):
    assert list(encoding.find(text, LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"a", b"MZXW6YTB!", b"Mixed2Case", b"ILZ01"])
def test_other_letters_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))


def test_what_comes_out_is_bounded():
    text = base64.b32encode(bytes(1000))
    (child,) = encoding.unwrap(text, Limits(size=300))
    assert (len(child.data), child.complete) == (300, False)
    assert encoding.wrap(child) == text[: child.end]
