from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib

import brotli
import pytest
import zstandard

from bench.leakbench.layers import LAYERS, _lz4, _snappy


def _unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return archive.read(archive.namelist()[-1])


def _untarred(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        [entry] = archive.getmembers()
        return archive.extractfile(entry).read()


def _zstd(data):
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


@pytest.mark.parametrize(
    ("name", "decode"),
    [
        ("gzip", gzip.decompress),
        ("gzip-named", gzip.decompress),
        ("zlib", zlib.decompress),
        ("deflate", lambda data: zlib.decompress(data, wbits=-15)),
        ("brotli", brotli.decompress),
        ("zstd", _zstd),
        ("zstd-sizeless", _zstd),
        ("xz", lzma.decompress),
        ("lzma-alone", lzma.decompress),
        ("bz2", bz2.decompress),
        ("zip", _unzipped),
        ("zip-stored", _unzipped),
        ("zip-two", _unzipped),
        ("tar", _untarred),
        ("sender-head", lambda data: data[7:]),
    ],
)
def test_an_independent_reader_gives_the_content_back(name, decode, cargo, chance, words):
    assert decode(LAYERS[name](cargo, chance, words).data) == cargo.data


@pytest.mark.parametrize("data", [b"", b"abc", b"open " * 40, bytes(range(256)) * 3, b"x" * 70000])
def test_the_lz4_tool_reads_our_frames(data):
    if not shutil.which("lz4"):
        pytest.skip("the tool lz4 is not installed")
    run = subprocess.run(["lz4", "-dc"], input=_lz4.frame(data), capture_output=True, check=True)
    assert run.stdout == data


def test_xxh32_gives_the_published_values():
    assert _lz4.xxh32(b"") == 0x02CC5D05
    assert _lz4.xxh32(b"abc") == 0x32D153FF
    assert _lz4.xxh32(b"Nobody inspects the spammish repetition") == 0xE2293B2F


def test_crc32c_gives_the_published_values():
    """RFC 3720 appendix B.4."""
    assert _snappy.crc32c(bytes(32)) == 0x8A9136AA
    assert _snappy.crc32c(b"\xff" * 32) == 0x62A8AB43
    assert _snappy.crc32c(bytes(range(32))) == 0x46DD794E


def _snappy_read(data):
    """Read a block as the format description tells: a reader of our own, for literals and both copies."""
    at = length = shift = 0
    while True:
        length |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            break
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            size = tag >> 2
            if size >= 60:
                extra = size - 59
                size = int.from_bytes(data[at : at + extra], "little")
                at += extra
            out += data[at : at + size + 1]
            at += size + 1
        else:
            assert tag & 3 == 2
            back = struct.unpack_from("<H", data, at)[0]
            at += 2
            for _ in range((tag >> 2) + 1):
                out.append(out[-back])
    assert len(out) == length
    return bytes(out)


@pytest.mark.parametrize("data", [b"", b"abc", b"open " * 40, bytes(range(256)) * 3])
def test_a_snappy_block_is_read_as_its_format_says(data):
    assert _snappy_read(_snappy.block(data)) == data


def test_snappy_really_copies():
    assert len(_snappy.block(b"open " * 40)) < 30


def test_a_framed_stream_begins_with_its_name_and_masks_its_checksum():
    """framing_format.txt sections 3, 4.1, 4.2."""
    data = b"open " * 40
    framed = _snappy.framed(data)
    assert framed[:10] == b"\xff\x06\x00\x00sNaPpY"
    assert framed[10] == 0
    assert int.from_bytes(framed[11:14], "little") == len(framed) - 14
    masked = struct.unpack_from("<I", framed, 14)[0]
    rotated = (masked - 0xA282EAD8) & 0xFFFFFFFF
    assert (rotated >> 17 | rotated << 15) & 0xFFFFFFFF == _snappy.crc32c(data)
    assert _snappy_read(framed[18:]) == data
