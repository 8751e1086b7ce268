"""What speaks for itself, and what only its structure tells."""

from __future__ import annotations

import gzip
import hashlib
import zlib

import pytest

from vitne.encodings._outcomes import squeezed, structured, telling


@pytest.mark.parametrize("data", [b"twelve bytes", gzip.compress(b"x", mtime=0), b"PK\x03\x04"])
def test_texts_and_known_beginnings_tell(data):
    assert telling(data)


@pytest.mark.parametrize("data", [b"", b"short", hashlib.sha256(b"x").digest()])
def test_few_and_even_bytes_do_not(data):
    assert not telling(data)


def test_formats_without_a_known_beginning_are_read_to_the_last_byte():
    packer = zlib.compressobj(wbits=-15)
    raw = packer.compress(b"imei 004402990000014, imei 004402990000014") + packer.flush()
    assert structured(raw)
    assert structured(b"\x12\x07testing\x1a\x0f004402990000014")
    assert not any(structured(hashlib.sha512(bytes((n,))).digest()) for n in range(50))
    assert not structured(b"")
    assert squeezed(raw)
    assert not squeezed(raw[:-1])
