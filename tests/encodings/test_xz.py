"""xz and LZMA by the standard library."""

from __future__ import annotations

import lzma

import pytest

from vitne.encodings.xz import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"imei=004402990000014\n" * 40


@pytest.mark.parametrize("form", [lzma.FORMAT_XZ, lzma.FORMAT_ALONE])
@pytest.mark.parametrize("preset", [0, 6, 9])
def test_both_formats_are_read_at_any_offset(form, preset):
    packed = lzma.compress(TEXT, format=form, preset=preset)
    (child,) = encoding.find(b"\x00head" + packed, LIMITS)
    assert (child.data, child.start, child.end, child.complete) == (TEXT, 5, 5 + len(packed), True)
    assert lzma.decompress(encoding.wrap(child)) == TEXT


def test_every_check_is_read():
    for check in (lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256):
        packed = lzma.compress(TEXT, check=check)
        assert next(encoding.unwrap(packed, LIMITS)).data == TEXT


def test_a_size_in_the_header_ends_a_stream_without_an_end_mark():
    packed = lzma.compress(TEXT, format=lzma.FORMAT_ALONE)
    told = packed[:5] + len(TEXT).to_bytes(8, "little") + packed[13:]
    (child,) = encoding.unwrap(told, LIMITS)
    assert (child.data, child.complete) == (TEXT, True)


def test_a_bomb_stops_at_its_bounds():
    (child,) = encoding.unwrap(lzma.compress(bytes(32 << 20), preset=0), Limits(size=1 << 20))
    assert len(child.data) <= 1 << 20
    assert not child.complete


def test_a_dictionary_of_gigabytes_is_refused():
    huge = b"\x5d" + (1 << 31).to_bytes(4, "little") + b"\xff" * 8 + bytes(100)
    assert list(encoding.find(huge, LIMITS)) == []


@pytest.mark.parametrize(
    "data", [b"", b"\xfd7zXZ\x00", b"\xfd7zXZ\x00\x00\x04", b"plain", b"\x5d\x00\x00\x80\x00"]
)
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
