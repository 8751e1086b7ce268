"""Snappy beside the writer of Apache Arrow, and streams by hand after the framing format."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from vitne.encodings.snappy import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b"".join(b"imei=%015d&" % (n * 7919) for n in range(60))
CODEC = pa.Codec("snappy")
MARK = b"\xff\x06\x00\x00sNaPpY"


def chunk(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + (len(body) + 4).to_bytes(3, "little") + b"sum!" + body


@pytest.mark.parametrize("data", [TEXT, b"a" * 5000, random.Random(1).randbytes(70_000) * 3])
def test_blocks_of_another_writer_are_read_and_what_is_wrapped_it_reads(data):
    packed = CODEC.compress(data, asbytes=True)
    (child,) = encoding.find(packed, LIMITS)
    assert (child.data, child.end, child.complete) == (data, len(packed), True)
    assert CODEC.decompress(encoding.wrap(child), len(data), asbytes=True) == data


def test_streams_of_stored_and_compressed_chunks_and_padding_are_read_at_any_offset():
    packed = CODEC.compress(TEXT, asbytes=True)
    stream = MARK + chunk(0, packed) + b"\xfe\x02\x00\x00pp" + chunk(1, b"stored") + MARK
    (child,) = encoding.find(b"\x00\x01" + stream, LIMITS)
    assert (child.data, child.start, child.end) == (TEXT + b"stored", 2, 2 + len(stream))
    assert child.complete
    again = next(encoding.unwrap(encoding.wrap(child), LIMITS))
    assert again.data == child.data


def test_a_chunk_cut_off_and_a_chunk_gone_wrong_keep_what_stood_before():
    stream = MARK + chunk(1, b"stored") + chunk(0, CODEC.compress(TEXT, asbytes=True))
    (child,) = encoding.unwrap(stream[:-3], LIMITS)
    assert (child.data, child.complete) == (b"stored", False)
    (child,) = encoding.unwrap(MARK + chunk(1, b"stored") + chunk(0, b"\xff\xff\xff\xff\xff\xff"), LIMITS)
    assert (child.data, child.complete) == (b"stored", False)


def test_even_bytes_are_not_a_block():
    chance = random.Random(3)
    found = [list(encoding.find(chance.randbytes(chance.randint(8, 300)), LIMITS)) for _ in range(3000)]
    assert not any(found)


def test_a_bomb_stops_at_its_bounds():
    bomb = CODEC.compress(bytes(64 << 20), asbytes=True)
    (child,) = encoding.unwrap(bomb, Limits(size=1 << 20))
    assert len(child.data) <= 1 << 20
    assert not child.complete


@pytest.mark.parametrize("data", [b"", MARK, MARK[:6], b"\xff" * 20, bytes(20)])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_a_text_is_not_taken_for_a_block():
    assert list(encoding.find(b"plain text of a person, so long", LIMITS)) == []
