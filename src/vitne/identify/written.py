"""Where known places may be written: everything that one can begin with, looked for by the kernel at one go.

What a gate of patterns says is said without an engine of patterns; few subjects name a place that it needs.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from vitne.identify.needles import MOST_HITS, Hits
from vitne.identify.readings import listed
from vitne.kernel.literals import LEAST, Literals

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

MOST_MARKED = 64  # degrees and minutes whose spellings are listed one by one


class Written:
    """The beginnings of known places: of numbers, of codes, and degrees and minutes with marks between."""

    def __init__(self, heads: Sequence[bytes], minutes: Sequence[tuple[int, int]]) -> None:
        every = {*heads, *itertools.chain.from_iterable(listed(*both) for both in minutes)}
        self._literals = Literals(sorted(every), [False] * len(every))

    @staticmethod
    def fits(heads: Sequence[bytes], minutes: Sequence[tuple[int, int]]) -> bool:
        """Say whether these can be looked for so: none is too short, and there are not too many."""
        return len(minutes) <= MOST_MARKED and all(len(head) >= LEAST for head in heads)

    def hits(self, data: npt.NDArray[np.uint8]) -> Hits:
        """Give the last byte of each place at which one stands, as hits of no needle."""
        _, ends, complete = self._literals.find(data, most=MOST_HITS)
        behind = np.unique(ends)
        none = np.full(len(behind), -1, dtype=np.int64)
        return Hits(needle=none, start=behind - 1, end=behind, complete=complete)
