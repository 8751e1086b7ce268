"""Frames of HTTP/3 by RFC 9114 section 7, cut and torn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.http3_frames import DATA, HEADERS, MOST_BLOCK, SETTINGS, FrameReader


class Told:
    """Keeps what it is told; bytes of a body that follow one another are joined."""

    def __init__(self) -> None:
        self.items: list[Any] = []

    def frame(self, kind: int, offset: int, start: int, payload: bytes) -> None:
        self.items.append(("frame", kind, offset, start, payload))

    def data(self, offset: int, content: bytes) -> None:
        last = self.items[-1] if self.items else None
        if last and last[0] == "data" and last[1] + len(last[2]) == offset:
            self.items[-1] = ("data", last[1], last[2] + content)
        elif content:
            self.items.append(("data", offset, content))

    def torn(self, end: int) -> None:
        self.items.append(("torn", end))

    def lost(self, offset: int, length: int) -> None:
        self.items.append(("lost", offset, length))


def frame(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + (0x4000 | len(payload)).to_bytes(2, "big") + payload


STREAM = frame(HEADERS, b"head") + frame(0x21, b"for show") + frame(DATA, b"body one") + frame(DATA, b"two")


def read(*pieces: bytes | int, offset: int = 100) -> tuple[list[Any], bool]:
    sink = Told()
    reader = FrameReader(sink, offset)
    for piece in pieces:
        if isinstance(piece, int):
            reader.miss(piece)
        else:
            reader.feed(piece)
    return sink.items, reader.finish()


WHOLE = [("frame", HEADERS, 100, 103, b"head"), ("data", 121, b"body one"), ("data", 132, b"two")]


def test_frames_are_told_with_their_places() -> None:
    assert read(STREAM) == (WHOLE, True)
    for item in WHOLE:
        place, text = (item[3], item[4]) if item[0] == "frame" else (item[1], item[2])
        assert STREAM[place - 100 :].startswith(text)


@pytest.mark.parametrize("step", [1, 2, 3, 5, 11])
def test_how_the_bytes_are_cut_does_not_matter(step: int) -> None:
    assert read(*[STREAM[at : at + step] for at in range(0, len(STREAM), step)]) == (WHOLE, True)


@pytest.mark.parametrize("prefix", range(1, len(STREAM)))
def test_a_stream_that_ends_inside_a_frame_says_so(prefix: int) -> None:
    borders = {7, 18, 29}
    assert read(STREAM[:prefix])[1] is (prefix in borders)


def test_a_hole_inside_a_body_costs_the_body_only() -> None:
    items, whole = read(STREAM[:23], 3, STREAM[26:])
    assert whole
    assert items == [WHOLE[0], ("data", 121, b"bo"), ("torn", 126), ("data", 126, b"one"), WHOLE[2]]


def test_a_hole_over_the_head_of_a_frame_costs_the_rest() -> None:
    items, whole = read(STREAM[:23], 10, STREAM[33:])
    assert not whole
    assert items[-2:] == [("torn", 129), ("lost", 123, len(STREAM) - 23)]


def test_frames_that_are_too_long_are_passed_over() -> None:
    long = bytes([SETTINGS]) + (0x80000000 | MOST_BLOCK + 1).to_bytes(4, "big") + bytes(MOST_BLOCK + 1)
    items, whole = read(long + frame(DATA, b"behind"))
    assert items == [("lost", 105, MOST_BLOCK + 1), ("data", 105 + MOST_BLOCK + 1 + 3, b"behind")]
    assert whole


def test_a_length_beyond_all_bounds_costs_nothing() -> None:
    items, whole = read(b"\x00" + b"\xff" * 8 + b"all that is there")
    assert items == [("data", 109, b"all that is there")]
    assert not whole


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=50))
def test_noise_raises_nothing(data: bytes, hole: int) -> None:
    assert read(data)[0] == read(*[data[at : at + 1] for at in range(len(data))])[0]
    read(data[: len(data) // 2], hole, data[len(data) // 2 :])
