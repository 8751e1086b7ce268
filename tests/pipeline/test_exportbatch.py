"""Batches of units: each side a piece, each unit a run that leads back to its row."""

from __future__ import annotations

from vitne.pipeline.exportbatch import Batch


def test_units_become_runs_of_the_piece_of_their_side() -> None:
    batch = Batch()
    batch.add(4, [(0, b"ask"), (1, b"answer"), (0, b"more")], 10)
    batch.add(5, [(1, b"x")], 13)
    made = batch.give()
    assert made.data.tobytes() == b"askmoreanswerx"
    assert made.flow.tolist() == [4, 4, 5]
    assert made.side.tolist() == [0, 1, 1]
    assert list(zip(made.start.tolist(), made.end.tolist(), strict=True)) == [(0, 7), (7, 13), (13, 14)]
    assert made.run_row.tolist() == [10, 12, 11, 13]
    assert made.run_offset.tolist() == [0, 3, 0, 0]


def test_an_empty_batch_is_one() -> None:
    assert len(Batch().give().flow) == 0
