"""Views: bytes by stream offset, holes, and the packet rows behind each byte."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vitne.model import StreamBatch
from vitne.pipeline.views import SideView, join


def batch(runs: list[tuple[int, bytes, int]], *, before: bytes = b"") -> StreamBatch:
    """Make a batch of one piece out of (stream offset, bytes, row), behind some bytes of another piece."""
    data = before + b"".join(piece for _, piece, _ in runs)
    lengths = [len(piece) for _, piece, _ in runs]
    positions = len(before) + np.cumsum([0, *lengths[:-1]]) if runs else np.zeros(0)
    return StreamBatch(
        data=np.frombuffer(data, dtype=np.uint8), flow=np.array([0, 1], np.uint32), side=np.array([0, 0], np.uint8),
        start=np.array([0, len(before)]), end=np.array([len(before), len(data)]), base=np.array([0, runs[0][0] if runs else 0]),
        last=np.array([True, True]), run_piece=np.array([1] * len(runs), np.uint32),
        run_position=positions.astype(np.int64), run_length=np.array(lengths, np.uint32),
        run_offset=np.array([offset for offset, _, _ in runs], np.int64), run_row=np.array([row for _, _, row in runs], np.uint32),
    )  # fmt: skip


def test_bytes_are_given_by_stream_offset_also_behind_a_hole() -> None:
    view = SideView.of_batch(batch([(0, b"abcd", 5), (4, b"ef", 9), (16, b"xyz", 7)], before=b"??"), 1)
    assert not view.whole
    assert view.slice(0, 6) == b"abcdef"
    assert view.slice(2, 18) == b"cdefxy"
    assert view.slice(6, 16) == b""
    assert list(view.spans()) == [(0, 0, 6), (16, 6, 9)]


def test_the_rows_of_a_range_are_those_of_its_bytes_alone() -> None:
    view = SideView.of_batch(batch([(0, b"abcd", 5), (4, b"ef", 9), (16, b"xyz", 7)]), 1)
    assert view.rows_of(0, 4) == [5]
    assert view.rows_of(3, 5) == [5, 9]
    assert view.rows_of(4, 17) == [7, 9]
    assert view.row_span(0, 17) == (5, 9)
    assert view.row_span(16, 19) == (7, 7)


def test_datagrams_are_runs_and_empty_ones_count() -> None:
    view = SideView.of_batch(batch([(0, b"one", 1), (3, b"", 2), (3, b"two", 3)]), 1)
    assert list(view.datagrams()) == [(0, b"one"), (1, b""), (2, b"two")]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.binary(min_size=1, max_size=9)), min_size=1, max_size=12),
    st.data(),
)
def test_a_slice_never_gives_a_byte_of_another_offset(
    pieces: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    offset, runs, whole = 0, [], {}
    for row, (hole, piece) in enumerate(pieces):
        offset += hole
        runs.append((offset, piece, row))
        whole.update({offset + at: piece[at] for at in range(len(piece))})
        offset += len(piece)
    view = SideView.of_batch(batch(runs), 1)
    start = data.draw(st.integers(0, offset))
    end = data.draw(st.integers(start, offset + 3))
    assert view.slice(start, end) == bytes(whole[at] for at in range(start, end) if at in whole)


def test_pieces_of_a_long_stream_join_up_to_a_bound() -> None:
    one = SideView.of_batch(batch([(0, b"abcd", 1)]), 1)
    two = SideView.of_batch(batch([(4, b"efgh", 2)]), 1)
    three = SideView.of_batch(batch([(8, b"ijkl", 3)]), 1)
    joined = join([one, two, three], 8)
    assert joined.slice(0, 99) == b"abcdefgh"
    assert joined.rows_of(3, 5) == [1, 2]
    assert join([one], 1) is one
