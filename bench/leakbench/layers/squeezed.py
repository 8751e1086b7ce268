"""Compressed bytes and archives.

specification: RFC 1950, 1951, 1952; RFC 7932; RFC 8878; LZ4 frame and block formats; snappy format and
framing; XZ file format; APPNOTE 4 (zip); POSIX ustar
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING

import brotli
import zstandard

from . import _lz4, _snappy

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from bench.leakbench.cargo import Cargo, Words

    Wrap = Callable[[Cargo, Random, Words], Cargo]

EPOCH = (2019, 2, 3, 7, 15, 42)


def _whole(encode: Callable[[bytes], bytes], layer: str) -> Wrap:
    return lambda cargo, _chance, _words: cargo.whole(encode(cargo.data), layer)


def deflate(data: bytes) -> bytes:
    """Give the compressed bytes without a header (RFC 1951)."""
    squeezer = zlib.compressobj(wbits=-15)
    return squeezer.compress(data) + squeezer.flush()


def _zlib_of_any_level(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    return cargo.whole(zlib.compress(cargo.data, chance.choice((1, 6, 9))), "zlib")


def _gzip_of_any_level(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    return cargo.whole(gzip.compress(cargo.data, chance.choice((1, 6, 9)), mtime=0), "gzip")


def _gzip_named(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """Write a gzip member that carries a file name and a time (RFC 1952 2.3.1)."""
    body = deflate(cargo.data)
    head = b"\x1f\x8b\x08\x08" + struct.pack("<I", 1549174542 + chance.randrange(999)) + b"\0\x03log.json\0"
    return cargo.whole(head + body + struct.pack("<II", zlib.crc32(cargo.data), len(cargo.data)), "gzip")


def zipped(files: list[tuple[str, bytes]], *, stored: bool = False) -> bytes:
    """Give a zip archive of some files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data, None if stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _zip(*, stored: bool) -> Wrap:
    return lambda cargo, _chance, _words: cargo.whole(
        zipped([("phone.json", cargo.data)], stored=stored), "zip"
    )


def _zip_of_two(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    files = [("files.txt", chance.randbytes(16).hex().encode() + b"\tmusic.mp3\n"), ("info.txt", cargo.data)]
    return cargo.whole(zipped(files), "zip")


def _tar(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo("files/phone.json")
        entry.size, entry.mtime = len(cargo.data), 1549174542
        archive.addfile(entry, io.BytesIO(cargo.data))
    place = (512 + cargo.low, 512 + cargo.high)
    return cargo.wrapped(out.getvalue(), place, "tar")


def _behind_a_header(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """Put a head of the sender's own before: a mark, a version, a length."""
    before = b"LG" + bytes([chance.randrange(1, 9)]) + struct.pack(">I", len(cargo.data))
    return cargo.framed(before, b"", "sender-head")


LAYERS: dict[str, Wrap] = {
    "gzip": _gzip_of_any_level,
    "gzip-named": _gzip_named,
    "zlib": _zlib_of_any_level,
    "deflate": _whole(deflate, "deflate"),
    "brotli": _whole(lambda data: brotli.compress(data, quality=5), "brotli"),
    "zstd": _whole(lambda data: zstandard.ZstdCompressor(level=3).compress(data), "zstd"),
    "zstd-sizeless": _whole(
        lambda data: zstandard.ZstdCompressor(write_content_size=False, write_checksum=True).compress(data),
        "zstd",
    ),
    "lz4": _whole(_lz4.frame, "lz4"),
    "lz4-block": _whole(_lz4.block, "lz4"),
    "snappy": _whole(_snappy.framed, "snappy"),
    "snappy-block": _whole(_snappy.block, "snappy"),
    "xz": _whole(lambda data: lzma.compress(data, preset=1), "xz"),
    "lzma-alone": _whole(lambda data: lzma.compress(data, lzma.FORMAT_ALONE, preset=1), "xz"),
    "bz2": _whole(lambda data: bz2.compress(data, 1), "bz2"),
    "zip": _zip(stored=False),
    "zip-stored": _zip(stored=True),
    "zip-two": _zip_of_two,
    "tar": _tar,
    "sender-head": _behind_a_header,
}
