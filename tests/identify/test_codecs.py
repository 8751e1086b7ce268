"""What codecs write is read back by the standard library."""

from __future__ import annotations

import base64
import codecs as stdlib
import html
import json
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.codecs import CODECS, EXCHANGES, HASHES

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def write(name: str, text: str, **params: object) -> bytes:
    return CODECS[name](text.encode(), params)


@given(TEXTS)
def test_forms_of_the_web_are_read_back(text):
    assert unquote_to_bytes(write("percent", text, all=True)) == text.encode()
    assert write("percent", text, all=True) == "".join(f"%{byte:02X}" for byte in text.encode()).encode()
    for every in (True, False):
        assert json.loads(b'"' + write("json-escapes", text, all=every) + b'"') == text
    assert write("byte-escapes", text).decode() == "".join(f"\\x{byte:02x}" for byte in text.encode())


@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc"]), min_size=1
    )
)
def test_references_of_html_are_read_back(text):
    for base, every in ((10, True), (10, False), (16, True)):
        written = write("html-numeric", text, base=base, all=every).decode()
        assert html.unescape(written) == text
        assert written.isascii()
        assert not every or written.count("&#") == len(text)


@pytest.mark.parametrize("shift", range(3))
@given(text=st.binary(min_size=1, max_size=40))
def test_base64_is_the_middle_of_what_the_library_writes(shift, text):
    for name, write_all in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
        core = CODECS[name](text, {"shift": shift})
        assert core in write_all(b"\xff" * shift + text + b"\xff\xff")
        assert core in write_all(b"\0" * shift + text)


def test_letters_are_exchanged_as_the_library_does_and_twice_is_not_at_all():
    text = "Kari Nordmann 0123"
    assert CODECS["rot13"](text.encode(), {}).decode() == stdlib.encode(text, "rot13")
    for name in EXCHANGES:
        assert CODECS[name](CODECS[name](text.encode(), {}), {}) == text.encode()


def test_every_digest_is_there():
    assert {len(CODECS[name](b"x", {})) for name in HASHES} == {16, 20, 28, 32, 48, 64}


def test_nothing_stays_nothing():
    for name, params in (("percent", {"all": True}), ("json-escapes", {"all": True}), ("byte-escapes", {})):
        assert CODECS[name](b"", params) == b""
