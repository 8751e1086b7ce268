"""deflate with and without its zlib header."""

from __future__ import annotations

import zlib

import pytest

from vitne.encodings.deflate import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"".join(b"imei=%015d&" % (n * 7919) for n in range(60))


def raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def test_both_readings_of_the_content_coding_are_taken():
    (child,) = encoding.unwrap(raw(TEXT), LIMITS)
    assert (child.data, child.params, child.complete) == (TEXT, (), True)
    assert zlib.decompress(encoding.wrap(child), wbits=-15) == TEXT
    (child,) = encoding.unwrap(zlib.compress(TEXT), LIMITS)
    assert (child.data, child.params, child.complete) == (TEXT, (("wrapper", "zlib"),), True)
    assert zlib.decompress(encoding.wrap(child)) == TEXT


def test_a_stream_is_found_when_it_ends_where_the_data_end():
    assert [child.data for child in encoding.find(raw(TEXT), LIMITS)] == [TEXT]
    assert list(encoding.find(raw(TEXT)[:-1], LIMITS)) == []
    assert list(encoding.find(raw(TEXT) + b"x", LIMITS)) == []
    assert list(encoding.find(TEXT, LIMITS)) == []


@pytest.mark.parametrize("data", [b"", b"\xff\xff\xff\xff", b"plain text it is"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
