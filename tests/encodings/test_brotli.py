"""Brotli streams by the library's own compressor."""

from __future__ import annotations

import brotli
import pytest

from vitne.encodings.brotli import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"".join(b"imei=%015d&" % (n * 7919) for n in range(60))


@pytest.mark.parametrize("quality", [0, 5, 11])
def test_every_quality_is_read(quality):
    packed = brotli.compress(TEXT, quality=quality)
    (child,) = encoding.unwrap(packed, LIMITS)
    assert (child.data, child.end, child.complete) == (TEXT, len(packed), True)
    assert brotli.decompress(encoding.wrap(child)) == TEXT
    assert [one.data for one in encoding.find(packed, LIMITS)] == [TEXT]


def test_a_cut_off_stream_gives_what_was_read():
    packed = brotli.compress(TEXT)
    (child,) = encoding.unwrap(packed[:-20], LIMITS)
    assert not child.complete
    assert TEXT.startswith(child.data)
    assert list(encoding.find(packed[:-20], LIMITS)) == []


def test_bytes_behind_the_stream_stay_outside_its_range():
    packed = brotli.compress(TEXT)
    (child,) = encoding.unwrap(packed + b"more", LIMITS)
    assert (child.end, child.complete) == (len(packed), True)


def test_a_bomb_stops_at_its_bounds():
    (child,) = encoding.unwrap(brotli.compress(bytes(32 << 20), quality=5), Limits(size=1 << 20))
    assert len(child.data) <= 4 << 20
    assert not child.complete


@pytest.mark.parametrize("data", [b"", b"\xff" * 20, b'{"a":"plain"}'])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
