"""Masks: a block cipher's text under one more key of a single byte.

Nothing shows in such bytes, whatever the byte is.  But where a key of the cipher is at hand, all 255 bytes
can be tried at once: under the right one the last block ends in padding, of two bytes or more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vitne.ciphers.blocks import combined, padding_of
from vitne.ciphers.opening import LEAST_TEXT, Lock
from vitne.encodings._looks import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TRIED = frozenset({"aes", "sm4"})  # quick ones
_KEYS = np.arange(256, dtype=np.uint8)


class Masks:
    """The locks of a keyring, each tried under all masks."""

    def __init__(self, locks: Iterable[Lock]) -> None:
        self._locks = [
            lock for lock in locks if lock.block.name in TRIED and lock.key.mode in {"", "ecb", "cbc"}
        ]

    def __bool__(self) -> bool:
        return bool(self._locks)

    def find(self, data: bytes) -> list[int]:
        """Give the masks under which some key opens the data, ascending; few."""
        found: set[int] = set()
        for lock in self._locks:
            size = lock.block.size
            if len(data) >= 2 * size and len(data) % size == 0:
                last = np.frombuffer(data[-size:], dtype=np.uint8) ^ _KEYS[:, None]
                found.update(_of(lock, data, lock.under(last.tobytes())))
        return sorted(found)


def _of(lock: Lock, data: bytes, opened: bytes) -> Iterator[int]:
    """Yield the masks of one lock; ``opened`` is the last block deciphered under each of them."""
    size = lock.block.size
    ends = np.frombuffer(opened, dtype=np.uint8).reshape(256, size)
    one, other = ends[:, -1], ends[:, -2]
    before = data[-2 * size : -size]
    for chained in (False, True):
        if chained:  # the block before stands under the mask, too
            one, other = one ^ _KEYS ^ np.uint8(before[-1]), other ^ _KEYS ^ np.uint8(before[-2])
        for mask in np.flatnonzero((one == other) & (one > 1) & (one <= size)).tolist():
            key = bytes([mask]) * size
            last = opened[mask * size : (mask + 1) * size]
            fill = padding_of(combined(last, combined(before, key)) if chained else last)
            if mask and fill > 1 and (fill > 2 or _speaks(lock, data, key, chained=chained)):
                yield mask


def _speaks(lock: Lock, data: bytes, key: bytes, *, chained: bool) -> bool:
    """Say whether the first block is text under a mask: behind the first block where they are chained."""
    size = len(key)
    start, rest = data[:size], data[size : 2 * size]
    plain = lock.under(combined(rest if chained else start, key))
    return size >= LEAST_TEXT and readable(combined(plain, combined(start, key)) if chained else plain)
