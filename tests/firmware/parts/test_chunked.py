"""String pools of the lab in both spellings of length, and pools that lie."""

from __future__ import annotations

import struct

import pytest

from vitne.firmware.parts.chunked import StringPool, chunks, pool_of
from vitne.lab.packages import _chunk, _pool
from vitne.model import Malformed


def _read(data: bytes) -> StringPool:
    return pool_of(data, chunks(data, 0, len(data)))


def test_texts_of_any_length_are_read() -> None:
    texts = ["", "a", "æøå", "x" * 127, "y" * 128, "z" * 300, "\u4e2d" * 200]
    pool = _read(_pool(texts))
    assert [pool.text(number) for number in range(len(pool))] == texts
    assert pool.text(99) == ""
    assert pool.place(99) == -1


def test_texts_of_two_bytes_each_are_read() -> None:
    raw = struct.pack("<H", 3) + "abc".encode("utf-16-le") + b"\0\0"
    long = struct.pack("<HH", 0x8000 | 1, 5) + ("q" * 65541).encode("utf-16-le")
    body = struct.pack("<2I", 0, len(raw)) + raw + long
    pool = _read(_chunk(1, struct.pack("<IIIII", 2, 0, 0, 36, 0), body + bytes(-len(body) % 4)))
    assert pool.text(0) == "abc"
    assert pool.text(1) == "q" * 65536  # longer ones are cut


def test_a_pool_that_tells_of_more_than_it_holds_is_malformed() -> None:
    data = bytearray(_pool(["a", "b"]))
    struct.pack_into("<I", data, 8, 1 << 30)
    with pytest.raises(Malformed):
        _read(bytes(data))
    with pytest.raises(Malformed):
        _read(b"")


def test_offsets_that_lead_out_of_the_pool_give_nothing() -> None:
    data = bytearray(_pool(["abc", "def"]))
    struct.pack_into("<I", data, 28, 1 << 31)
    assert _read(bytes(data)).text(0) == ""


def test_chunks_end_at_the_first_that_makes_no_sense() -> None:
    assert chunks(_pool(["a"]) + b"\x01\x00\x08\x00\x00\x00\x00\x00", 0, 1000)[1:] == []
    assert chunks(b"\x01\x00\x08\x00\x07\x00\x00\x00", 0, 8) == []
