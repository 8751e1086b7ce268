"""Differences of bytes that stand some way apart, many looked for at once, by the compiled kernel."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

WIDEST = 8  # differences that are looked for at the most
LONGEST_LAG = 255  # bytes that are compared with each other stand so far apart at the most
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: spreads numbers evenly
_SPARSE = 5  # bits of the gate for each entry, as a power of two
_FIRST = 256  # hits for which there is room at first
_ENTRY = np.dtype([("word", "<u8"), ("way", "<u4"), ("row", "<u4")])


class _Set(ctypes.Structure):
    _fields_ = (
        ("gate", ctypes.c_void_p),
        ("starts", ctypes.c_void_p),
        ("entries", ctypes.c_void_p),
        ("lags", ctypes.c_void_p),
        ("added", ctypes.c_void_p),
        ("gate_shift", ctypes.c_uint32),
        ("starts_shift", ctypes.c_uint32),
        ("ways", ctypes.c_uint32),
        ("width", ctypes.c_uint32),
        ("most", ctypes.c_uint64),
        ("rows", ctypes.c_void_p),
        ("places", ctypes.c_void_p),
    )


@cache
def _call() -> Any:
    call = library().vitne_changes
    call.restype = ctypes.c_uint64
    call.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64]
    return call


class Changes:
    """First differences of texts, ready to be looked for."""

    def __init__(
        self,
        words: npt.NDArray[np.uint64],
        ways: npt.NDArray[np.int64],
        *,
        lags: Sequence[tuple[int, bool]],
        width: int,
    ) -> None:
        """Take the first differences of each text as a number, the first one lowest, and the row of its way.

        ``lags`` says of each way how far apart the bytes stand, and whether they are taken from each other
        (the first from the second) or combined by exclusive or.
        """
        if not 1 <= width <= WIDEST or not all(1 <= lag <= LONGEST_LAG for lag, _ in lags):
            raise ValueError("differences of one to eight bytes, one to 255 apart")
        entries = np.zeros(len(words), dtype=_ENTRY)
        entries["word"], entries["way"], entries["row"] = words, ways, np.arange(len(words))
        spread = entries["word"] * _SPREAD
        order = np.argsort(spread, kind="stable")
        self._entries, spread = entries[order], spread[order]
        bits = max(8, int(len(words) * 2).bit_length())
        self._starts = np.zeros((1 << bits) + 1, dtype=np.uint32)
        np.cumsum(np.bincount(spread >> np.uint64(64 - bits), minlength=1 << bits), out=self._starts[1:])
        wide = min(bits + _SPARSE - 1, 24)
        gate = np.zeros(1 << wide, dtype=np.uint8)
        gate[spread >> np.uint64(64 - wide)] = 1
        self._gate = np.packbits(gate, bitorder="little")
        self._lags = np.array([lag for lag, _ in lags], dtype=np.uint32)
        self._added = np.array([added for _, added in lags], dtype=np.uint32)
        self._set = _Set(
            gate=self._gate.ctypes.data,
            starts=self._starts.ctypes.data,
            entries=self._entries.ctypes.data,
            lags=self._lags.ctypes.data,
            added=self._added.ctypes.data,
            gate_shift=64 - wide,
            starts_shift=64 - bits,
            ways=len(lags),
            width=width,
        )
        self._place = ctypes.addressof(self._set)
        self._roomy(_FIRST)

    def __len__(self) -> int:
        return len(self._entries)

    def _roomy(self, size: int) -> None:
        """Make room for so many hits."""
        self._room = np.empty((2, size), dtype=np.int64)
        self._set.rows, self._set.places = (row.ctypes.data for row in self._room)
        self._size = size

    def find(self, data: bytes, *, most: int) -> tuple[list[int], list[int], bool]:
        """Give rows of texts and the places of their differences, and whether these are all of them.

        Of more than ``most`` as many are given, the first of each way.
        """
        while len(self._entries):
            room = self._set.most = min(self._size, most)
            count = _call()(self._place, data, len(data))
            if count <= room or room == most:
                rows, places = self._room[:, : min(count, room)].tolist()
                return rows, places, count <= most
            self._roomy(16 * room)
        return [], [], True
