"""LZ4 beside the writer of Apache Arrow, and blocks written by hand after the block format."""

from __future__ import annotations

import os
import random

import pyarrow as pa
import pytest

from vitne.encodings.lz4 import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"".join(b"imei=%015d&" % (n * 7919) for n in range(60))
FRAME, BLOCK = pa.Codec("lz4"), pa.Codec("lz4_raw")


@pytest.mark.parametrize("data", [TEXT, b"a" * 5000, random.Random(1).randbytes(70_000) * 3, TEXT * 3000])
def test_frames_of_another_writer_are_read_at_any_offset_and_what_is_wrapped_it_reads(data):
    packed = FRAME.compress(data, asbytes=True)
    (child,) = encoding.find(b"\x00\x01" + packed + b"tail", LIMITS)
    assert (child.data, child.start, child.end, child.complete) == (data, 2, 2 + len(packed), True)
    assert FRAME.decompress(encoding.wrap(child), len(data), asbytes=True) == data


@pytest.mark.parametrize("size", ["", "little", "big"])
def test_a_bare_block_is_read_with_and_without_its_size(size):
    packed = BLOCK.compress(TEXT, asbytes=True)
    head = len(TEXT).to_bytes(4, size) if size else b""
    (child,) = encoding.find(head + packed, LIMITS)
    assert (child.data, child.complete) == (TEXT, True)
    again = encoding.wrap(child)
    assert again[: len(head)] == head
    assert BLOCK.decompress(again[len(head) :], len(TEXT), asbytes=True) == TEXT


def test_a_block_by_hand():
    # 1 literal "a", a copy of 4 + 6 from 1 behind, then the last 12 literals (block format: token, offset)
    packed = b"\x16a\x01\x00" + b"\xc0" + b"twelve bytes"
    (child,) = encoding.find(packed, LIMITS)
    assert child.data == b"a" * 11 + b"twelve bytes"


def test_a_legacy_frame_is_read_to_the_end_of_the_data():
    packed = BLOCK.compress(TEXT, asbytes=True)
    data = b"\x02\x21\x4c\x18" + len(packed).to_bytes(4, "little") + packed
    (child,) = encoding.unwrap(data, LIMITS)
    assert (child.data, child.complete) == (TEXT, True)
    with pytest.raises(Malformed):
        list(encoding.unwrap(data[:6], LIMITS))


def test_even_bytes_are_not_a_block():
    chance = random.Random(3)
    found = [list(encoding.find(chance.randbytes(chance.randint(8, 300)), LIMITS)) for _ in range(3000)]
    assert not any(found)


def test_a_bomb_stops_at_its_bounds():
    bomb = FRAME.compress(bytes(64 << 20), asbytes=True)
    (child,) = encoding.unwrap(bomb, Limits(size=1 << 20))
    assert len(child.data) <= 1 << 20
    assert not child.complete


def test_incompressible_contents_are_read():
    data = os.urandom(300)
    (child,) = encoding.find(FRAME.compress(data, asbytes=True), LIMITS)
    assert child.data == data
    (child,) = encoding.find(BLOCK.compress(data, asbytes=True), LIMITS)
    assert child.data == data


@pytest.mark.parametrize("data", [b"", b"\x04\x22\x4d\x18\x60\x40", b"plain text of a person", bytes(20)])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []
