"""Twin of vitne.intake.unpack; the oracles are zlib, gzip and zstandard themselves."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zlib

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from vitne.intake.unpack import UnpackLimits, compression, unpack

PACK = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}
DATA = random.Random(7).randbytes(3_000) + bytes(200_000) + b"end"
LIMITS = UnpackLimits()


def run(data: bytes, kind: str, limits: UnpackLimits = LIMITS):
    buffer, gap = unpack(np.frombuffer(data, np.uint8), kind, 4, limits=limits)
    return buffer.array.tobytes(), gap


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
@pytest.mark.parametrize("data", [b"", b"x", DATA])
def test_what_was_packed_comes_out(kind, data):
    assert run(PACK[kind](data), kind) == (data, None)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_parts_that_follow_one_another_are_joined(kind):
    assert run(PACK[kind](DATA) + PACK[kind](b"") + PACK[kind](b"more"), kind) == (DATA + b"more", None)


def test_a_frame_to_be_skipped_is_skipped():
    packed = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"notes" + zstandard.compress(b"data")
    assert compression(packed[:4]) == "zstd"
    assert run(packed, "zstd") == (b"data", None)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_every_proper_prefix_is_reported_and_gives_a_prefix(kind):
    data = random.Random(3).randbytes(150)
    packed = PACK[kind](data)
    for length in range(1, len(packed)):
        out, gap = run(packed[:length], kind)
        assert data.startswith(out)
        assert gap is not None, length
        assert (gap.kind, gap.capture, gap.offset) == ("truncated-file", 4, length)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_bytes_that_break_the_format_are_reported_with_their_place(kind):
    packed = bytearray(PACK[kind](DATA))
    packed[2000:2010] = bytes(10)
    _, gap = run(bytes(packed), kind)
    assert gap is not None
    assert gap.kind == "malformed"


def test_a_wrong_check_sum_is_reported():
    packed = bytearray(PACK["gzip"](DATA))
    packed[-6] ^= 1
    out, gap = run(bytes(packed), "gzip")
    assert gap is not None
    assert gap.kind == "malformed"
    assert DATA.startswith(out)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_bytes_behind_the_data_are_reported(kind):
    out, gap = run(PACK[kind](b"data") + b"something else", kind)
    assert out == b"data"
    assert gap is not None
    assert gap.kind == "malformed"


def test_zeros_behind_gzip_data_are_padding():
    assert run(PACK["gzip"](b"data") + bytes(512), "gzip") == (b"data", None)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_bomb_ends_at_the_limit(kind):
    limits = UnpackLimits(free=1 << 20, ratio=2)
    out, gap = run(PACK[kind](bytes(50 << 20)), kind, limits)
    assert len(out) == 1 << 20
    assert gap is not None
    assert (gap.kind, gap.offset) == ("limit", 1 << 20)


def test_the_ratio_counts_beyond_what_is_free_and_the_size_above_all():
    limits = UnpackLimits(size=1000, free=100, ratio=10)
    assert [limits.most(compressed) for compressed in (1, 10, 20, 1000)] == [100, 100, 200, 1000]


def test_much_data_goes_through_a_file_and_comes_back_whole():
    data = bytes(range(256)) * (40 << 12)
    assert len(data) > 32 << 20
    assert run(zstandard.compress(data), "zstd") == (data, None)


def test_compression_is_told_by_content():
    assert compression(PACK["gzip"](b"")[:4]) == "gzip"
    assert compression(zstandard.compress(b"")[:4]) == "zstd"
    assert compression(b"") == compression(b"\x1f\x8b") == compression(b"\xd4\xc3\xb2\xa1") == ""


@given(st.sampled_from(["gzip", "zstd"]), st.binary(max_size=300), st.integers(0, 400))
def test_noise_ends_in_bytes_and_a_gap_and_nothing_else(kind, noise, at):
    packed = PACK[kind](b"some data in front")
    data = packed[:at] + noise
    out, gap = run(data, kind)
    oracle = zlib.decompressobj(31)
    try:
        want = (
            oracle.decompress(data)
            if kind == "gzip"
            else zstandard.ZstdDecompressor().decompressobj().decompress(data)
        )
    except (zlib.error, zstandard.ZstdError):
        assert gap is not None
        return
    assert out.startswith(want)


def test_an_archive_made_by_streaming_is_read():
    raw = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(raw, closefd=False) as writer:
        for n in range(100):
            writer.write(bytes([n]) * 1000)
            writer.flush()
    assert run(raw.getvalue(), "zstd") == (b"".join(bytes([n]) * 1000 for n in range(100)), None)
