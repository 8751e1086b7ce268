"""The bit stream of LZString both ways."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings._lzstring import compress, decompress, letters, octets


@given(text=st.text(alphabet=st.characters(max_codepoint=0xFFFF), max_size=200))
def test_texts_come_back_and_cuts_give_their_beginning(text):
    bits = compress(text)
    got = decompress(bits + "0000", 1 << 20)
    assert got is not None
    assert (got.text, got.used, got.whole) == (text, len(bits), True)
    cut = decompress(bits[: len(bits) // 2], 1 << 20)
    assert cut is not None
    assert text.startswith(cut.text)
    assert not cut.whole or not text


@given(noise=st.text(alphabet="01", max_size=400))
def test_noise_is_read_or_refused(noise):
    got = decompress(noise, 10_000)
    assert got is None or got.used <= len(noise)


def test_units_stand_for_text_or_for_bytes():
    assert octets(letters("Å😀".encode())) == "Å😀".encode()
    assert octets(letters(b"\x1f\x8b\x08\x00")) == b"\x1f\x8b\x08\x00"
    assert octets("\x01\u4e00") == b"\x01\xe4\xb8\x80"
