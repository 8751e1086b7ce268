"""Zstandard frames by the library's own compressor."""

from __future__ import annotations

import pytest
import zstandard

from vitne.encodings.zstd import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"".join(b"imei=%015d&" % (n * 7919) for n in range(60))


@pytest.mark.parametrize("level", [1, 3, 19])
@pytest.mark.parametrize("options", [{}, {"write_checksum": True}, {"write_content_size": False}])
def test_every_level_is_read(level, options):
    packed = zstandard.ZstdCompressor(level=level, **options).compress(TEXT)
    (child,) = encoding.unwrap(packed, LIMITS)
    assert (child.data, child.end, child.complete) == (TEXT, len(packed), True)
    assert zstandard.decompress(encoding.wrap(child)) == TEXT


def test_frames_are_joined_and_found_at_any_offset():
    packed = zstandard.compress(TEXT) + zstandard.compress(b"second")
    data = b"head" + packed + b"tail"
    (child,) = encoding.find(data, LIMITS)
    assert (child.data, child.start, child.end, child.complete) == (
        TEXT + b"second",
        4,
        4 + len(packed),
        True,
    )


def test_a_bomb_stops_at_its_bounds():
    (child,) = encoding.unwrap(zstandard.compress(bytes(64 << 20)), Limits(size=1 << 20))
    assert len(child.data) <= 1 << 20
    assert not child.complete


def test_a_window_beyond_eight_megabytes_is_refused():
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(bytes(range(256)) * 64) + packer.flush()
    with pytest.raises(Malformed):
        list(encoding.unwrap(packed, LIMITS))


@pytest.mark.parametrize("data", [b"", b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfd\xff\xff\xff", b"plain"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
