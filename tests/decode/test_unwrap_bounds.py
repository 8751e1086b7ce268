"""Every bound that unwrapping reaches is told: bombs, and texts that an encoding would be too slow for."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import random
import time
import zlib

import brotli
import pytest
import zstandard

from vitne.decode.unwrap import unwrap
from vitne.decode.unwrap_budget import Budget
from vitne.model import Gap, Part


def told(data: bytes) -> list[str]:
    part = Part(path="body", start=0, end=len(data))
    return [one.why for one in unwrap(part, data, budget=Budget()) if isinstance(one, Gap)]


def headless(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush()


ZEROS = bytes(17 << 20)


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(ZEROS, 1, mtime=0),
        zlib.compress(ZEROS, 1),
        headless(ZEROS),
        brotli.compress(ZEROS, quality=1),
        zstandard.compress(ZEROS),
        bz2.compress(ZEROS, 1),
        lzma.compress(ZEROS, preset=0),
        gzip.compress(gzip.compress(ZEROS, 1, mtime=0), mtime=0),
        base64.b64encode(headless(ZEROS)),
    ],
    ids=["gzip", "zlib", "deflate", "brotli", "zstd", "bz2", "xz", "gzip twice", "deflate in base64"],
)
def test_each_bomb_ends_in_a_gap(bomb):
    assert any("bounds" in why or "unwrapped bytes" in why for why in told(bomb))


@pytest.mark.parametrize(
    ("data", "bound"),
    [
        (b"2bC" * 3000, "base58: a number of more than"),
        (b"0bC" * 3000, "base62: a number of more than"),
        (b"0123456789abcdeX " * (1 << 16), "runs of letters"),
        (b"a+b" * 400_000, "percent: + as a space"),
        (b"[" + b'{"a":"%41bcdefgh"},' * 20_000 + b"0]", "too many"),
    ],
)
def test_what_an_encoding_passes_over_is_told(data, bound):
    assert any(bound in why for why in told(data))


def test_usual_bodies_reach_no_bound():
    chance = random.Random(3)
    assert told(chance.randbytes(1 << 20)) == []
    assert told(b"/" + base64.b64encode(chance.randbytes(1 << 20))[1:]) == []
    assert told(b'{"picture":"' + base64.b64encode(chance.randbytes(1 << 19)) + b'"}') == []


LINE = b'{"items":[' + b",".join(b'{"id":%d,"name":"item %d"}' % (at, at) for at in range(330_000)) + b"]}"
PARTS = b"".join(
    b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n%d\r\n' % (at, at) for at in range(100_000)
)


@pytest.mark.parametrize("hints", [(), ("json",), ("multipart",)])
@pytest.mark.parametrize(
    "data", [LINE, PARTS + b"--b--\r\n"], ids=["ten megabytes in a line", "100,000 parts"]
)
def test_long_lists_end_within_their_budget_and_say_so(data, hints):
    begun = time.process_time()
    part = Part(path="body", start=0, end=len(data), hints=hints)
    got = list(unwrap(part, data, budget=Budget()))
    assert time.process_time() - begun < 5  # stated in docs/explanation/detection.md; it takes less than one
    assert any(isinstance(one, Gap) and "too many fields" in one.why for one in got)


def test_fifty_megabytes_of_text_end_within_their_budget():
    begun = time.process_time()
    assert told((b"hello world this is text 12345 " * (2 << 20))[: 50 << 20]) == []
    assert time.process_time() - begun < 5
