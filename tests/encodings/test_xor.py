"""Bytes under a key of one byte."""

from __future__ import annotations

import base64
import gzip
import quopri
import random
import zlib
from urllib.parse import quote

import brotli
import pytest

from vitne.encodings._looks import readable
from vitne.encodings.xor import encoding, relettered
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b'{"imei":"004402990000014","place":"59.91,10.75"}'


def under(key: int, data: bytes) -> bytes:
    return bytes(byte ^ key for byte in data)


@pytest.mark.parametrize("key", [0x20, 0x2A, 0x81, 0x80, 0xA5, 0xFF])
@pytest.mark.parametrize(
    "data", [TEXT, gzip.compress(TEXT, mtime=0), zlib.compress(TEXT), b"PK\x03\x04" + bytes(30)]
)
def test_the_key_follows_from_text_and_from_known_beginnings(key, data):
    captured = under(key, data)
    found = list(encoding.find(captured, LIMITS))
    assert (data, (("key", key),)) in [(child.data, child.params) for child in found]
    assert all(encoding.wrap(child) == captured for child in found)
    assert encoding.locate(captured, found[0], 3, 9) == (3, 9)


def test_even_bytes_and_texts_as_they_are_have_no_key():
    chance = random.Random(9)
    found = sum(
        bool(list(encoding.find(chance.randbytes(chance.randint(8, 200)), LIMITS))) for _ in range(2000)
    )
    assert found <= 5  # a protobuf message of two fields, read by chance
    assert list(encoding.find(TEXT, LIMITS)) == []
    assert list(encoding.find(bytes(40), LIMITS)) == []
    assert list(encoding.find(b"\x89PNG\r\n\x1a\n" + bytes(40), LIMITS)) == []


def test_what_comes_out_is_bounded():
    (child, *_) = encoding.unwrap(under(0x99, TEXT * 50), Limits(size=100))
    assert (len(child.data), child.complete) == (100, False)


@pytest.mark.parametrize("data", [b"", b"\x80\x00" * 20, b"short"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))


@pytest.mark.parametrize(
    "key", [b"\x21\x84", b"\x99\x02\x7f\x30", bytes(range(7, 12)), b"\xa1\x02\x93\x04\xd5\x06\xe7\x08"]
)
@pytest.mark.parametrize("front", [b"", b"\x01\x02head"])
def test_a_key_of_several_bytes_follows_from_the_fixed_beginning_of_gzip(key, front):
    data = gzip.compress(TEXT, mtime=0)
    captured = front + bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data))
    (child,) = encoding.find(captured, LIMITS)
    assert (child.data, child.start) == (data, len(front))
    assert encoding.wrap(child) == captured[len(front) :]


@pytest.mark.parametrize("length", [4, 8, 16, 32])
def test_a_key_that_stands_before_the_text_is_taken(length):
    key = random.Random(length).randbytes(length)
    captured = key + bytes(byte ^ key[at % length] for at, byte in enumerate(TEXT))
    (child,) = encoding.find(captured, LIMITS)
    assert (child.data, child.start) == (TEXT, length)
    assert encoding.wrap(child) == captured[length:]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.decode().encode("utf-16-le"),
        b"\x82\xb0\x00\x00\x00\x00" + TEXT,
        b"\x82\xa4imei\xaf004402990000014\xa1d\xc4\x10" + bytes(range(16)),
    ],
)
def test_the_shape_of_a_format_tells_the_key(data):
    assert data in [child.data for child in encoding.find(under(0xD7, data), LIMITS)]


STREAM = b"6f1d3b5c77a90214e6c2d0b18a4f6e93" * 3
MESSAGE = b"\x08\x96\x01\x3a\x20" + bytes(range(200, 232)) + b"\x40\x05"


@pytest.mark.parametrize("key", [0x5C, 0x91, 0xFE])
@pytest.mark.parametrize(
    "data",
    [
        brotli.compress(TEXT),
        brotli.compress(STREAM, quality=5),
        zlib.compress(STREAM, wbits=-15),
        MESSAGE,
        TEXT.decode().encode("utf-16-le"),
        base64.b85encode(STREAM[:64]),
        base64.encodebytes(STREAM),
        quote(TEXT, safe="").encode(),
        quopri.encodestring('{"name":"Ærlig Øst Åsen, Ærlig Øst Åsen","b":"1"}'.encode()),
        TEXT.hex().encode(),
    ],
    ids=["brotli", "brotli again", "deflate", "protobuf", "utf-16", "base85", "mime", "percent", "qp", "hex"],
)
def test_the_key_follows_from_what_stands_for_other_bytes(key, data):
    captured = under(key, data)
    found = relettered(captured) if readable(captured) else keys(captured)
    assert key in found


def keys(captured: bytes) -> list[int]:
    return [dict(child.params)["key"] for child in encoding.find(captured, LIMITS)]


def test_a_text_that_says_something_as_it_is_has_no_key():
    for text in (TEXT, b"com.example.shop.settings.changed", base64.b64encode(STREAM), TEXT.hex().encode()):
        assert relettered(text) == []
