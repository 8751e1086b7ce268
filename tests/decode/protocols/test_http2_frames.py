from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.http2_frames import MOST_BLOCK, PREFACE, Block, FrameReader

if TYPE_CHECKING:
    from collections.abc import Iterable


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


class Told:
    """Notes down what the frames hold; bytes of a body are put together where they touch."""

    def __init__(self) -> None:
        self.heard: list[tuple] = []

    def block(self, block: Block) -> None:
        self.heard.append(
            (
                "block",
                block.stream,
                block.promised,
                bytes(block.data),
                block.ends_stream,
                block.start,
                block.end,
                block.whole,
            )
        )

    def data(self, stream: int, offset: int, content: bytes) -> None:
        last = self.heard[-1] if self.heard else ()
        if last[:2] == ("data", stream) and last[2] + len(last[3]) == offset:
            self.heard[-1] = (*last[:3], last[3] + content)
        else:
            self.heard.append(("data", stream, offset, content))

    def torn(self, stream: int, offset: int, length: int) -> None:
        self.heard.append(("torn", stream, offset, length))

    def ended(self, stream: int, offset: int, *, reset: bool) -> None:
        self.heard.append(("reset" if reset else "ended", stream, offset))

    def lost(self, offset: int, length: int, *, hole: bool) -> None:
        self.heard.append(("lost", offset, length, hole))


def read(pieces: Iterable[bytes | int], *, preface: bool = False) -> tuple[list[tuple], int]:
    told = Told()
    reader = FrameReader(told, 0, preface=preface)
    for piece in pieces:
        if isinstance(piece, int):
            reader.miss(piece)
        else:
            reader.feed(piece)
    return told.heard, reader.finish()


SETTINGS = frame(4, 0, 0, bytes(12))
HEADERS = frame(1, 4, 1, b"abc")
BODY = frame(0, 0, 1, b"hello") + frame(0, 1, 1, b" world")
WHOLE = SETTINGS + HEADERS + BODY


def test_blocks_and_bodies_come_with_their_places() -> None:
    heard, left = read([WHOLE])
    assert left == 0
    assert heard == [
        ("block", 1, 0, b"abc", False, 21, 33, True),
        ("data", 1, 42, b"hello"),
        ("data", 1, 56, b" world"),
        ("ended", 1, 62),
    ]


def test_the_preface_is_taken_off_in_any_cut() -> None:
    for cut in range(len(PREFACE) + 3):
        whole = PREFACE + WHOLE
        heard, _ = read([whole[:cut], whole[cut:]], preface=True)
        assert heard[0][:4] == ("block", 1, 0, b"abc")


@given(st.lists(st.integers(0, len(WHOLE)), max_size=6))
def test_how_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE)]
    assert read([WHOLE[low:high] for low, high in itertools.pairwise(edges)]) == read([WHOLE])


def test_every_proper_prefix_is_told_by_what_is_left() -> None:
    borders = {0, len(SETTINGS), len(SETTINGS + HEADERS), len(SETTINGS + HEADERS) + 14}
    for cut in range(len(WHOLE)):
        _, left = read([WHOLE[:cut]])
        assert (left == 0) == (cut in borders), cut


def test_padding_and_priority_are_taken_off() -> None:
    heard, _ = read(
        [
            frame(1, 4 | 8 | 32, 3, b"\x02" + bytes(5) + b"abc" + bytes(2)),
            frame(0, 1 | 8, 3, b"\x04body" + bytes(4)),
            frame(0, 8, 5, b"\x00"),
        ]
    )
    assert [one[3] for one in heard[:2]] == [b"abc", b"body"]
    assert heard[0][5:7] == (0, 20)
    assert heard[2][0] == "ended"


def test_continuations_make_one_block_and_nothing_may_stand_between() -> None:
    heard, _ = read([frame(1, 1, 3, b"ab"), frame(9, 0, 3, b"cd"), frame(9, 4, 3, b"ef")])
    assert heard[0][:5] == ("block", 3, 0, b"abcdef", True)
    heard, _ = read([frame(1, 1, 3, b"ab"), frame(0, 0, 5, b"cd"), frame(9, 4, 3, b"ef") + WHOLE])
    assert heard[0][0] == "lost"
    assert ("ended", 1, 36 - 3 + len(WHOLE)) in heard


def test_a_pushed_block_names_its_stream_and_a_reset_ends_one() -> None:
    heard, _ = read([frame(5, 4, 1, (2).to_bytes(4, "big") + b"abc"), frame(3, 0, 1, bytes(4))])
    assert heard == [("block", 1, 2, b"abc", False, 0, 16, True), ("reset", 1, 29)]


def test_unknown_kinds_are_passed_over() -> None:
    heard, left = read([frame(0x0B, 9, 7, b"?" * 50), frame(0xFA, 0, 0), WHOLE])
    assert (len(heard), left) == (4, 0)


def test_a_place_in_a_block_over_frames_is_led_back() -> None:
    block = Block(1, 0)
    block.add(9, b"abcd", 13)
    block.add(22, b"efgh", 26)
    assert block.place(0, 4) == (9, 13, True)
    assert block.place(5, 7) == (23, 25, True)
    assert block.place(2, 6) == (11, 24, False)
    assert block.place(4, 4)[0] == 22


def test_a_hole_inside_a_body_costs_its_bytes_alone() -> None:
    big = frame(0, 1, 1, b"x" * 100)
    heard, left = read([HEADERS, big[:50], 20, big[70:], HEADERS])
    assert left == 0
    assert [one[0] for one in heard] == ["block", "data", "torn", "data", "ended", "block"]
    assert heard[2] == ("torn", 1, 12 + 50, 20)


def test_behind_a_hole_over_frames_the_next_ones_are_found() -> None:
    tail = b"\x11\x22 rest of a frame" + WHOLE + WHOLE
    heard, _ = read([WHOLE[:30], 300, tail])
    assert heard[0] == ("lost", 21, 30 - 21 + 300 + 18, True)
    assert [one[0] for one in heard[1:]] == ["block", "data", "data", "ended"] * 2


def test_rubbish_is_passed_over_and_told() -> None:
    heard, _ = read([WHOLE, b"\xff" * 500, WHOLE + WHOLE])
    assert ("lost", len(WHOLE), 500, False) in heard
    assert sum(one[0] == "ended" for one in heard) == 3


def test_a_block_that_is_too_long_is_told_as_not_whole() -> None:
    pieces = [frame(1, 0, 1, b"a" * 16000)] + [frame(9, 0, 1, b"b" * 16000)] * 80 + [frame(9, 4, 1)]
    heard, _ = read(pieces)
    assert heard[0][-1] is False
    assert len(heard[0][3]) <= MOST_BLOCK


@given(
    st.lists(st.one_of(st.binary(max_size=120), st.integers(1, 50), st.sampled_from([WHOLE, HEADERS, BODY])))
)
def test_noise_raises_nothing(pieces: list[bytes | int]) -> None:
    read(pieces)
    read(pieces, preface=True)
