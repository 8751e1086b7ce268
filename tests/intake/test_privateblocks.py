"""Blocks and options for private use, written byte by byte after the draft of the format."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.intake.privateblocks import MOST_BLOCKS, Options, PrivateBlocks, packet_options
from vitne.lab.pcap import About, block, options, padded, pcapng

KIND = 0x80000001
SECTION = pcapng([], About())


def array(data: bytes) -> np.ndarray:
    return np.frombuffer(data, dtype=np.uint8)


def told(number: int, name: str, order: str = "<") -> bytes:
    return block(KIND, struct.pack(order + "I", number) + options([(2, name)], order), order)


@pytest.mark.parametrize("order", ["<", ">"])
def test_options_of_a_packet_are_those_for_private_use(order: str) -> None:
    frame = b"frame of 11"
    head = struct.pack(order + "IIIII", 0, 0, 0, len(frame), len(frame))
    values = [(1, "comment"), (0x8001, struct.pack(order + "I", 5)), (0x8009, "abc")]
    data = b"before--" + block(6, head + padded(frame) + options(values, order), order) + b"behind--"
    found = packet_options(array(data), data.index(frame), len(frame))
    assert found.number(0x8001) == 5
    assert found.text(0x8009) == "abc"
    assert [code for code, _ in found.items] == [0x8001, 0x8009]
    assert found.number(0x8009) is None, "three bytes are no such number"


def test_blocks_count_in_their_section_and_others_are_passed_over() -> None:
    first = SECTION + told(1, "one") + block(5, bytes(8)) + told(2, "two")
    data = first + pcapng([], About(), order=">") + told(3, "three", ">")
    blocks = PrivateBlocks(array(data), KIND)
    assert [(one.number, one.options.text(2)) for one in blocks.of(40)] == [(1, "one"), (2, "two")]
    assert [(one.number, one.options.text(2)) for one in blocks.of(len(data))] == [(3, "three")]
    assert PrivateBlocks(array(b""), KIND).of(0) == []


@pytest.mark.parametrize("length", range(0, 80, 3))
def test_a_cut_file_gives_the_blocks_before_the_cut(length: int) -> None:
    data = SECTION + told(1, "one") + told(2, "two")
    found = PrivateBlocks(array(data[: len(SECTION) + length]), KIND).of(len(data))
    assert [one.number for one in found] == [1, 2][: length // len(told(1, "one"))]


def test_more_blocks_than_are_kept_are_left_out() -> None:
    data = SECTION + told(1, "x") * (MOST_BLOCKS + 5)
    assert len(PrivateBlocks(array(data), KIND).of(len(data))) == MOST_BLOCKS


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 300))
def test_noise_raises_nothing(data: bytes, start: int, length: int) -> None:
    assert isinstance(packet_options(array(data), min(start, len(data)), length), Options)
    PrivateBlocks(array(SECTION + data), KIND).of(start)
