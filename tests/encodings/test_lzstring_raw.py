"""LZString in bytes: what the reference script (lz-string 1.5, compressToUint8Array) wrote."""

from __future__ import annotations

import random

import pytest

from vitne.encodings.lzstring_raw import encoding
from vitne.model import Child, Limits, Malformed

LIMITS = Limits()
TEXT = b'{"imei":"004402990000014","n":7}'
CAPTURED = bytes.fromhex("378220960b60a66205c20032202c2c409809c5e5e08c28800d0801dbc03b00be4000")


def test_what_the_script_wrote_is_found_and_written_again():
    (child,) = encoding.find(CAPTURED, LIMITS)
    assert (child.data, child.complete) == (TEXT, True)
    assert encoding.wrap(child) == CAPTURED


def test_a_cut_is_told():
    (child,) = encoding.unwrap(CAPTURED[:20], LIMITS)
    assert not child.complete
    assert list(encoding.find(CAPTURED[:20], LIMITS)) == []


def test_even_bytes_are_not_lzstring():
    chance = random.Random(11)
    assert not any(list(encoding.find(chance.randbytes(chance.randint(8, 200)), LIMITS)) for _ in range(5000))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x2f\xff\xff\xff\xff"])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))


def test_a_stream_that_is_too_long_is_told():
    text = b'{"imei":"004402990000014","model":"TA-0000","ts":1549174542}'
    begin = encoding.wrap(Child(data=text, start=0, end=0))
    told: set[str] = set()
    assert list(encoding.find(begin + bytes(4 << 20), Limits(told=told))) == []
    assert told == {"lzstring: a stream of more than 4194304 bytes"}
    told.clear()
    assert list(encoding.find(b"\x01" + random.Random(3).randbytes(5 << 20), Limits(told=told))) == []
    assert not told  # noise that is long says nothing
