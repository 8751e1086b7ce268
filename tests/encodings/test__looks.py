"""Cheap looks at bytes."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import zlib

import pytest

from vitne.encodings._looks import entropy, high_share, media, packed, random, readable, scrambled

EVEN = hashlib.shake_128(b"x").digest(5000)


@pytest.mark.parametrize(
    "data", [b"plain", "æøå 日本".encode(), b"a\r\n\tb", b"text\x00", "æ".encode() * 3000, b"\x1b[0m"]
)
def test_texts_are_readable(data):
    assert readable(data)
    assert not random(data)


@pytest.mark.parametrize("data", [b"", b"\x00", b"a\x00b", b"\xff\xfe", EVEN, "日本".encode("gb18030")])
def test_other_bytes_are_not(data):
    assert not readable(data)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress, lzma.compress])
def test_compressed_streams_are_told_by_their_heads(pack):
    assert packed(pack(b"contents"))
    assert not packed(b"x" + pack(b"contents"))


def test_texts_and_even_bytes_are_not_packed():
    assert not packed(b"plain text")
    assert not packed(b"")
    assert not packed(b"h\xda")


def test_pictures_are_media():
    assert media(b"\x89PNG\r\n\x1a\n")
    assert media(b"\x00\x00\x00\x18ftypmp42")
    assert not media(b"{}")


def test_entropy_is_in_bits_a_byte():
    assert entropy(b"") == 0
    assert entropy(b"aaaa") == 0
    assert entropy(b"ab" * 10) == 1
    assert entropy(bytes(range(256))) == 8


def test_even_bytes_are_random_from_thirty_two_on():
    assert random(EVEN)
    assert random(EVEN[:40])
    assert not random(EVEN[:31])
    assert not random(bytes(100))
    assert scrambled(EVEN[:64])
    assert not scrambled(bytes(100))
    assert 0.4 < high_share(EVEN) < 0.6
    assert high_share(b"") == 0
