"""Masked frames: the example of RFC 6455 section 5.7, and frames by hand."""

from __future__ import annotations

import struct

import pytest

from vitne.encodings.websocket import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
HELLO = bytes.fromhex("818537fa213d7f9f4d5158")  # section 5.7: "Hello", masked
MASK = bytes.fromhex("37fa213d")


def frame(payload: bytes, first: int = 0x82) -> bytes:
    size = len(payload)
    if size < 126:
        head = bytes([first, 0x80 | size])
    elif size < 1 << 16:
        head = bytes([first, 0xFE]) + struct.pack(">H", size)
    else:
        head = bytes([first, 0xFF]) + struct.pack(">Q", size)
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


def test_the_example_of_the_specification_is_read():
    (child,) = encoding.unwrap(HELLO, LIMITS)
    assert (child.data, child.start, child.end) == (b"Hello", 6, 11)
    assert encoding.wrap(child) == HELLO[6:]
    assert encoding.locate(HELLO, child, 1, 3) == (7, 9)


@pytest.mark.parametrize("size", [4, 125, 126, 4000, 1 << 16])
def test_all_forms_of_the_length_are_read(size):
    (child,) = encoding.find(frame(b"x" * size), LIMITS)
    assert child.data == b"x" * size


def test_several_frames_and_controls_between_them_are_read():
    data = frame(b"first", 0x81) + frame(b"", 0x89) + frame(b"second")
    assert [child.data for child in encoding.find(data, LIMITS)] == [b"first", b"second"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HELLO[:-1],
        HELLO + b"x",
        bytes.fromhex("810548656c6c6f"),  # section 5.7: not masked
        frame(b"abc"),
        frame(b"abcd", 0x83),
        b"\x82\xfe\x00\x05" + MASK + b"12345",  # not the shortest form of the length
        frame(b"ping!", 0x89),
    ],
)
def test_other_bytes_are_no_frames(data):
    assert list(encoding.find(data, LIMITS)) == []
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))


def test_a_payload_beyond_the_bound_is_cut():
    (child,) = encoding.find(frame(b"x" * 100), Limits(size=10))
    assert (child.data, child.complete) == (b"x" * 10, False)
