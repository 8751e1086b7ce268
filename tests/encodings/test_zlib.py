"""zlib streams: RFC 1950 by the standard library."""

from __future__ import annotations

import zlib

import pytest

from vitne.encodings.zlib import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"imei=004402990000014\n" * 40


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("bits", [13, 14, 15])
def test_every_level_and_window_is_read(level, bits):
    packer = zlib.compressobj(level, wbits=bits)
    packed = packer.compress(TEXT) + packer.flush()
    (child,) = encoding.unwrap(packed, LIMITS)
    assert (child.data, child.end, child.complete) == (TEXT, len(packed), True)
    assert zlib.decompress(encoding.wrap(child)) == TEXT


def test_streams_are_found_at_any_offset_only_when_they_end():
    packed = zlib.compress(TEXT)
    (child,) = encoding.find(b"\x01\x02\x03" + packed + b"zz", LIMITS)
    assert (child.data, child.start, child.end) == (TEXT, 3, 3 + len(packed))
    assert list(encoding.find(b"\x01\x02\x03" + packed[:-6], LIMITS)) == []
    (child,) = encoding.find(packed[:-6], LIMITS)
    assert not child.complete


@pytest.mark.parametrize(
    "data", [b"", b"\x78", b"\x78\x9c", b"\x78\xbb" + bytes(20), b"x\x9cnothing that is deflate"]
)
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
