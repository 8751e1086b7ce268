"""Raw hits: where known values may stand in a buffer, before anything is unwrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.identify.needles import Hits, piece_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vitne.model import Seed

    Column = npt.NDArray[np.int64]
    Marks = npt.NDArray[np.bool_]


class RawHits(msgspec.Struct, kw_only=True):
    """Where known values may stand in a buffer: columns of equal length, sorted by start."""

    piece: Column  # row of the piece
    start: Column  # half-open range in the buffer
    end: Column
    needle: Column  # row in Searcher.needles
    seed: Column  # row in Searcher.seeds
    weak: Marks  # short or common: counts only with a key or company
    complete: bool  # false: there were too many, some are missing
    beginnings: Hits  # where values in pieces may begin, in any piece or none


def of_subject(seeds: Sequence[Seed], rows: Column) -> Marks:
    """Say of rows of seeds, -1 for none, whether they are of other values than the capture itself tells."""
    told: Marks = np.array([*(seed.origin == "capture" for seed in seeds), False], dtype=bool)
    return ~told[rows]


def with_beginnings(hits: RawHits, begins: Hits, starts: npt.NDArray[np.int64]) -> RawHits:
    """Add the beginnings of values that may go on in other fields: weak ones, and of no needle."""
    if not len(begins):
        return hits
    order = np.argsort(np.concatenate([hits.start, begins.start]), kind="stable")
    nothing = np.full(len(begins), -1, dtype=np.int64)

    def both(own: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        together: npt.NDArray[np.int64] = np.concatenate([own, other])[order]
        return together

    return RawHits(
        piece=both(hits.piece, piece_of(begins.start, starts)),
        start=both(hits.start, begins.start),
        end=both(hits.end, begins.end),
        needle=both(hits.needle, nothing),
        seed=both(hits.seed, nothing),
        weak=np.concatenate([hits.weak, np.ones(len(begins), dtype=bool)])[order],
        complete=hits.complete and begins.complete,
        beginnings=hits.beginnings,
    )
