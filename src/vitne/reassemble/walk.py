"""The packet walk: records of captures go in, Traffic comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.kernel.walk import KernelWalk
from vitne.reassemble.traffic import Traffic

if TYPE_CHECKING:
    import numpy as np

    from vitne.model import RecordChunk


class Walk:
    """One flow table over a group of captures that are one stream of packets (ring files).

    Every record of every capture is one row, in the order added; a frame's number in its capture, from 1, is
    its row less the capture's first row plus 1.  Memory beside the captures: 32 bytes a row, 4 for its place
    in flow order and 4 more while a flow that came out of order is sorted: 40; 88 bytes a flow and at most
    6.7 for the table that finds it: 95.  Reassembled IP datagrams come on top, at most 256 MiB.
    """

    def __init__(self) -> None:
        self._kernel = KernelWalk()
        self._first_rows: dict[int, int] = {}

    def add(self, capture: int, buffer: np.ndarray, chunk: RecordChunk) -> None:
        """Take records of one capture: its number, its bytes (uint8), and the columns of some records.

        Captures come in ascending order of number, chunks in the order of the file.  Offsets count in the
        buffer, which must not change until the Traffic is done with.
        Raises MemoryError and, for a caller's mistake, ValueError.
        """
        self._first_rows.setdefault(capture, self._kernel.row_count)
        self._kernel.add(capture, buffer, chunk)

    def finish(self) -> Traffic:
        """Give all flows; the walk is then over."""
        self._kernel.finish()
        return Traffic(self._kernel, self._first_rows)
