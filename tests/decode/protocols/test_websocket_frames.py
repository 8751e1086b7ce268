from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.websocket_frames import FrameReader

if TYPE_CHECKING:
    from vitne.encodings._websocket_head import Frame


def frame(opcode: int, payload: bytes, *, mask: bytes = b"", flags: int = 0x80) -> bytes:
    size, bit = len(payload), 0x80 if mask else 0
    if size < 126:
        head = bytes([flags | opcode, bit | size])
    elif size < 1 << 16:
        head = bytes([flags | opcode, bit | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([flags | opcode, bit | 127]) + size.to_bytes(8, "big")
    return head + mask + (bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)) if mask else payload)


class Told:
    def __init__(self) -> None:
        self.heard: list[tuple] = []

    def begin(self, frame: Frame) -> None:
        self.heard.append(("begin", frame.opcode, frame.start))

    def data(self, offset: int, content: bytes) -> None:
        last = self.heard[-1]
        if last[0] == "data" and last[1] + len(last[2]) == offset:
            self.heard[-1] = ("data", last[1], last[2] + content)
        else:
            self.heard.append(("data", offset, content))

    def torn(self, offset: int, length: int) -> None:
        self.heard.append(("torn", offset, length))

    def end(self, frame: Frame, offset: int) -> None:
        self.heard.append(("end", offset))

    def lost(self, offset: int, length: int, *, hole: bool) -> None:
        self.heard.append(("lost", offset, length, hole))


def read(pieces: list[bytes | int], *, masked: bool = True) -> tuple[list[tuple], bool]:
    told = Told()
    reader = FrameReader(told, 0, masked=masked)
    for piece in pieces:
        if isinstance(piece, int):
            reader.miss(piece)
        else:
            reader.feed(piece)
    return told.heard, reader.finish()


WHOLE = frame(1, b"hello", mask=b"abcd") + frame(2, b"x" * 300, mask=b"wxyz") + frame(8, b"", mask=b"1234")


def test_the_examples_of_the_specification_hold() -> None:
    heard, _ = read([bytes.fromhex("810548656c6c6f")], masked=False)  # RFC 6455 section 5.7
    assert heard[1] == ("data", 2, b"Hello")
    heard, _ = read([bytes.fromhex("818537fa213d7f9f4d5158")])
    assert heard[1] == ("data", 6, b"Hello")


def test_the_three_ways_to_write_a_length_are_read() -> None:
    for size in (125, 126, 65535, 65536):
        heard, left = read([frame(2, b"y" * size)], masked=False)
        assert (len(heard[1][2]), left) == (size, False)


@given(st.lists(st.integers(0, len(WHOLE)), max_size=6))
def test_how_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE)]
    assert read([WHOLE[low:high] for low, high in pairwise(edges)]) == read([WHOLE])


def test_every_proper_prefix_is_told() -> None:
    borders = {0, 11, 11 + 308}
    for cut in range(len(WHOLE)):
        assert read([WHOLE[:cut]])[1] == (cut not in borders), cut


def test_a_hole_in_a_payload_keeps_the_mask_in_step() -> None:
    heard, left = read([WHOLE[:50], 10, WHOLE[60:]])
    assert not left
    assert ("torn", 50, 10) in heard
    assert all(set(item[2]) == {ord("x")} for item in heard if item[0] == "data" and item[1] > 11)


def test_behind_a_hole_over_frames_the_next_ones_are_found() -> None:
    tail = b"\x00\x11 rest" + WHOLE
    heard, _ = read([WHOLE[:100], 1000, tail])
    assert ("lost", 100, 1000 + len(b"\x00\x11 rest"), True) in heard
    assert heard[-1] == ("end", 1100 + len(tail))


def test_rubbish_is_told_and_passed_over() -> None:
    heard, _ = read([WHOLE, b"\xff\x30\x40" * 20, WHOLE])
    assert ("lost", len(WHOLE), 60, False) in heard
    assert sum(item[0] == "end" for item in heard) == 6


@given(st.lists(st.one_of(st.binary(max_size=60), st.integers(1, 40), st.just(WHOLE))), st.booleans())
def test_noise_raises_nothing(pieces: list[bytes | int], masked: bool) -> None:
    read(pieces, masked=masked)
