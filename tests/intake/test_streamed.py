from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.intake.streamed import Splitter, pump
from vitne.lab import demo
from vitne.model import Malformed

CLASSIC = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(
    struct.pack("<IIII", 1, 0, size, size) + bytes(size) for size in (60, 1, 1500)
)
PCAPNG = demo.capture()[:60_000]


@pytest.mark.parametrize("data", [CLASSIC, PCAPNG], ids=["pcap", "pcapng"])
@pytest.mark.parametrize("step", [1, 7, 4096])
def test_how_the_stream_is_cut_does_not_matter(data: bytes, step: int) -> None:
    data = data if step > 1 else data[:3000]
    once, pieces = Splitter(), Splitter()
    whole = once.feed(data)
    cut = b"".join(pieces.feed(data[at : at + step]) for at in range(0, len(data), step))
    assert cut == whole
    assert pieces.head == once.head


def test_records_come_whole_and_the_head_apart() -> None:
    splitter = Splitter()
    assert splitter.feed(CLASSIC[:30]) == b""
    assert splitter.head == CLASSIC[:24]
    assert splitter.feed(CLASSIC[30:]) == CLASSIC[24:]


def test_a_later_piece_of_pcapng_knows_section_and_interface() -> None:
    splitter = Splitter()
    splitter.feed(PCAPNG)
    assert splitter.head.startswith(b"\x0a\x0d\x0d\x0a")
    assert PCAPNG.startswith(splitter.head)
    assert struct.unpack_from("<I", splitter.head, struct.unpack_from("<I", splitter.head, 4)[0])[0] == 1


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: a.example",
        CLASSIC[:24] + b"\xff" * 16,
        PCAPNG[: struct.unpack_from("<I", PCAPNG, 4)[0]] + bytes(12),
        b"\x0a\x0d\x0d\x0a" + bytes(24),
    ],
)
def test_what_is_no_capture_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Splitter().feed(data)


def test_a_stream_that_ends_is_told() -> None:
    pieces = iter([CLASSIC, b""])
    splitter = Splitter()
    assert pump(lambda most: next(pieces), splitter, 99) == CLASSIC[24:]
    assert pump(lambda most: next(pieces), splitter, 99) is None


@given(st.binary(max_size=300))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    for noise in (data, CLASSIC[:24] + data, PCAPNG[:150] + data):
        try:
            Splitter().feed(noise)
        except Malformed:
            continue
