"""Views of bytes: parts and pieces give what the bytes put together would give."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from vitne.firmware.source import Held, Mapped, Part, Piece, Pieces, chunks, whole
from vitne.model import CaptureError, Malformed

if TYPE_CHECKING:
    from pathlib import Path

_BASE = bytes(range(256)) * 8


def test_pieces_read_at_any_place_give_the_whole() -> None:
    base = Held(_BASE)
    pieces = Pieces(
        [
            Piece(10, 100, base, 500),
            Piece(200, 50, fill=b"\x01\x02\x03\x04"),
            Piece(250, 30, make=lambda: b"z" * 30),
        ],
        400,
    )
    want = bytearray(400)
    want[10:110] = _BASE[500:600]
    want[200:250] = (b"\x01\x02\x03\x04" * 13)[:50]
    want[250:280] = b"z" * 30
    rng = random.Random(2)
    assert pieces.read(0, 400) == bytes(want)
    for _ in range(500):
        at, length = rng.randrange(-5, 420), rng.randrange(-2, 300)
        begin = max(at, 0)
        assert pieces.read(at, length) == bytes(want[begin : begin + max(length, 0)])


def test_a_piece_that_lies_outside_of_its_base_is_malformed() -> None:
    with pytest.raises(Malformed, match="ends before"):
        Pieces([Piece(0, 100, Held(b"short"), 0)], 100).read(0, 100)


def test_a_piece_that_unpacks_to_another_length_is_malformed() -> None:
    with pytest.raises(Malformed, match="unpacks to 3 bytes"):
        Pieces([Piece(0, 10, make=lambda: b"abc")], 10).read(0, 1)


def test_unpacked_pieces_are_kept_and_not_all_of_them() -> None:
    made: list[int] = []

    def make(number: int) -> bytes:
        made.append(number)
        return bytes((number,)) * 10

    pieces = Pieces([Piece(10 * n, 10, make=lambda n=n: make(n)) for n in range(20)], 200)  # type: ignore[misc]
    for at in range(200):
        pieces.read(at, 1)
    assert made == list(range(20))
    pieces.read(0, 1)
    assert made[-1] == 0


def test_parts_stay_inside_of_their_base() -> None:
    part = Part(Held(b"0123456789"), 4, 100)
    assert part.size == 6
    assert part.read(2, 100) == b"6789"
    assert Part(Held(b"0123"), 9, 3).read(0, 3) == b""


def test_a_file_is_mapped_and_an_empty_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(_BASE)
    (tmp_path / "b").write_bytes(b"")
    mapped = Mapped(tmp_path / "a")
    assert mapped.read(250, 10) == _BASE[250:260]
    mapped.close()
    empty = Mapped(tmp_path / "b")
    assert empty.read(0, 10) == b""
    empty.close()
    with pytest.raises(CaptureError):
        Mapped(tmp_path / "c")


def test_all_of_a_source_is_given_within_a_bound() -> None:
    assert whole(Held(b"abc"), 3) == b"abc"
    with pytest.raises(Malformed, match="more than the 2"):
        whole(Held(b"abc"), 2)
    assert chunks(Held(bytes((1 << 20) + 5))) == [(0, 1 << 20), (1 << 20, 5)]
