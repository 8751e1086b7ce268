"""Frames by the figures of RFC 9000 section 19, and against what QUIC peers of aioquic write."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decrypt.quic_frames import read_frames


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.items: list[Any] = []

    def stream(self, number: int, offset: int, content: memoryview, *, fin: bool) -> None:
        self.items.append(("stream", number, offset, bytes(content), fin))

    def crypto(self, offset: int, content: memoryview) -> None:
        self.items.append(("crypto", offset, bytes(content)))

    def datagram(self, content: memoryview) -> None:
        self.items.append(("datagram", bytes(content)))

    def new_id(self, connection_id: bytes, reset_token: bytes) -> None:
        self.items.append(("id", connection_id, reset_token))


def told(plain: bytes) -> tuple[list[Any], int]:
    sink = Told()
    at = read_frames(plain, sink)
    return sink.items, at


FRAMES = [
    (b"\x08\x04rest", ("stream", 4, 0, b"rest", False)),
    (b"\x09\x04rest", ("stream", 4, 0, b"rest", True)),
    (b"\x0a\x04\x02ab", ("stream", 4, 0, b"ab", False)),
    (b"\x0c\x04\x40\x64rest", ("stream", 4, 100, b"rest", False)),
    (b"\x0f\x41\x00\x05\x02ab", ("stream", 256, 5, b"ab", True)),
    (b"\x06\x00\x03abc", ("crypto", 0, b"abc")),
    (b"\x30all", ("datagram", b"all")),
    (b"\x31\x02ab", ("datagram", b"ab")),
    (b"\x18\x01\x00\x04abcd" + bytes(16), ("id", b"abcd", bytes(16))),
]
OTHERS = [
    b"\x00" * 30,
    b"\x01",  # PING
    b"\x02\x05\x00\x01\x02\x01\x01",  # ACK with two ranges
    b"\x03\x05\x00\x00\x02\x01\x01\x01",  # with counts of congestion marks
    b"\x04\x04\x00\x09",  # RESET_STREAM
    b"\x05\x04\x00",  # STOP_SENDING
    b"\x07\x03tok",  # NEW_TOKEN
    b"\x10\x40\x64",  # MAX_DATA
    b"\x11\x04\x09",
    b"\x12\x09",
    b"\x13\x09",
    b"\x14\x09",
    b"\x15\x04\x09",
    b"\x16\x09",
    b"\x17\x09",
    b"\x19\x01",  # RETIRE_CONNECTION_ID
    b"\x1a" + bytes(8),  # PATH_CHALLENGE
    b"\x1b" + bytes(8),
    b"\x1c\x01\x06\x03why",  # CONNECTION_CLOSE
    b"\x1d\x01\x03why",
    b"\x1e",  # HANDSHAKE_DONE
    b"\x40\xaf\x00\x02\x03\x04",  # ACK_FREQUENCY, its type in two bytes
]


@pytest.mark.parametrize(("plain", "item"), FRAMES)
def test_frames_that_hold_something_are_told(plain: bytes, item: tuple[Any, ...]) -> None:
    assert told(plain) == ([item], len(plain))


@pytest.mark.parametrize("plain", OTHERS)
def test_other_frames_are_passed_over(plain: bytes) -> None:
    behind = b"\x0a\x00\x01x"
    assert told(plain + behind) == ([("stream", 0, 0, b"x", False)], len(plain) + 4)


def test_all_frames_of_a_packet_are_read_one_after_the_other() -> None:
    sized = [frame for frame, _ in FRAMES if frame[0] in {0x0A, 0x0F, 6, 0x31, 0x18}]
    items, at = told(b"".join(sized + OTHERS))
    assert at == sum(map(len, sized + OTHERS))
    assert len(items) == len(sized)


@pytest.mark.parametrize("plain", [frame for frame, _ in FRAMES[2:]] + OTHERS[1:])
def test_a_frame_that_is_cut_is_reported(plain: bytes) -> None:
    if plain[0] in {0x0C, 0x30}:
        return  # a frame that fills its packet cannot tell: the packet's tag does
    for size in range(1, len(plain)):
        assert told(plain[:size])[1] < size, plain[:size].hex()


def test_an_unknown_frame_ends_the_reading_and_is_reported() -> None:
    assert told(b"\x01\x21rest") == ([], 1)
    assert told(b"\x01\x40") == ([], 1)


def test_a_great_count_of_ranges_costs_nothing() -> None:
    assert told(b"\x02\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00" + bytes(1000))[1] == 0


@given(st.binary(max_size=200))
def test_noise_raises_nothing(plain: bytes) -> None:
    assert 0 <= told(plain)[1] <= len(plain)
