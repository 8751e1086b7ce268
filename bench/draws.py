"""Random draws that stay the same from one NumPy release to the next: only the raw generator is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]


class Draws:
    """Arrays of draws from one seed; PCG64's raw words are fixed, its distributions are not."""

    def __init__(self, *seed: int) -> None:
        self._source = np.random.PCG64(np.random.SeedSequence(seed))

    def raw(self, count: int) -> npt.NDArray[np.uint64]:
        """Give 64-bit words."""
        return np.asarray(self._source.random_raw(count), dtype=np.uint64)

    def integers(self, count: int, low: int, high: int) -> Numbers:
        """Give whole numbers from ``low`` up to and without ``high``."""
        return (low + (self.raw(count) % np.uint64(high - low)).astype(np.int64)).astype(np.int64)

    def shares(self, count: int) -> npt.NDArray[np.float64]:
        """Give numbers from 0 up to and without 1."""
        return (self.raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def data(self, count: int) -> bytes:
        """Give random bytes."""
        return self.raw(-(-count // 8)).tobytes()[:count]

    def number(self) -> int:
        """Give one 32-bit number, to seed something else with."""
        return int(self.raw(1)[0]) & 0xFFFFFFFF
