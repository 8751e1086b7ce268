"""A bank of locks: one look tells of all keys together which of them may open some bytes.

Of a thousand keys and bytes that they did not close hardly one passes, so few are tried one by one.  The look
says yes too often rather than once too rarely: padding may end the last block, text or a known format begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vitne.ciphers.flowing import Rc4, Xor
from vitne.ciphers.opening import HEADS, LEAST_TEXT, Lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from vitne.ciphers.keyring import Opens

    Bits = npt.NDArray[np.bool_]
    Words = npt.NDArray[np.uint64]

_HIGH = np.uint64(0x8080808080808080)
_TWO = np.uint64(0xFFFF)
_BEGINS = np.zeros(1 << 16, dtype=bool)  # of the first two bytes of a known format, the first one lowest
_BEGINS[[int.from_bytes(head, "little") for head in HEADS]] = True
_BEGINS[0x78::256] = True  # zlib


class Bank:
    """Keys under all kinds of ciphers."""

    def __init__(self, locks: Iterable[Opens]) -> None:
        blocks: dict[int, list[Lock]] = {}
        self._others: list[Rc4 | Xor] = []
        self._always: set[int] = set()  # identities of those that no look tells of
        for lock in locks:
            if isinstance(lock, Lock):
                blocks.setdefault(lock.block.size, []).append(lock)
            elif isinstance(lock, Rc4 | Xor):
                self._others.append(lock)
            else:
                self._always.add(id(lock))
        self._shelves = [_Shelf(each) for _, each in sorted(blocks.items())]

    def promising(self, data: bytes) -> set[int]:
        """Give the identities of the locks that may open the data."""
        found = {id(lock) for shelf in self._shelves for lock in shelf.promising(data)}
        found.update(id(lock) for lock in self._others if lock.promises(data))
        return found | self._always


class _Shelf:
    """Locks of block ciphers of one size."""

    def __init__(self, locks: Sequence[Lock]) -> None:
        self._locks = tuple(locks)
        self._size = self._locks[0].block.size
        fixed = [(row, start, made) for row, lock in enumerate(self._locks) for _, start, made in lock.fixed]
        self._rows = np.array([row for row, _, _ in fixed], dtype=np.int64)
        starts = np.frombuffer(b"".join(start for _, start, _ in fixed), dtype=np.uint8)
        self._starts = starts.reshape(len(fixed), self._size)
        self._start_words = _words(self._starts)
        made = np.frombuffer(b"".join(made for _, _, made in fixed), dtype=np.uint8)
        self._streams = _words(made.reshape(len(fixed), self._size))

    def promising(self, data: bytes) -> list[Lock]:
        """Give the locks that may open the data, in order."""
        if len(data) < self._size:
            return []
        hit = self._streamed(data)
        if len(data) % self._size == 0:
            hit |= self._in_blocks(data)
        return [
            lock for lock, maybe in zip(self._locks, hit.tolist(), strict=True) if maybe or lock.tagged(data)
        ]

    def _streamed(self, data: bytes) -> Bits:
        """Say which may speak in counter and feedback modes."""
        size, hit = self._size, np.zeros(len(self._locks), dtype=bool)
        if len(data) >= LEAST_TEXT:
            hit[self._rows[_speak(self._streams ^ _word(data))]] = True
        if len(data) >= size + LEAST_TEXT:
            first = data[:size]
            made = b"".join([lock.over(first)[:8] for lock in self._locks])
            hit |= _speak(np.frombuffer(made, dtype="<u8") ^ _word(data[size:]))
        return hit

    def _in_blocks(self, data: bytes) -> Bits:
        """Say which may speak, or end in padding, block by block or chained."""
        size, ends = self._size, data[: 2 * self._size] + data[-self._size :]
        made = np.frombuffer(b"".join([lock.under(ends) for lock in self._locks]), dtype=np.uint8)
        made = made.reshape(len(self._locks), len(ends))
        first, last = _words(made), made[:, -size:]
        hit = _speak(first) | _padded(last)
        hit[self._rows[_speak(first[self._rows] ^ self._start_words)]] = True
        if len(data) == size:
            hit[self._rows[_padded(last[self._rows] ^ self._starts)]] = True
        else:
            hit |= _padded(last ^ np.frombuffer(data[-2 * size : -size], dtype=np.uint8))
            hit |= _speak(_words(made[:, size:]) ^ _word(data))
        return hit


def _word(data: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(data[:8], "little"))


def _words(rows: npt.NDArray[np.uint8]) -> Words:
    """Give the first eight bytes of each row as a number."""
    words: Words = np.ascontiguousarray(rows[:, :8]).view("<u8")[:, 0]
    return words


def _speak(words: Words) -> Bits:
    """Say which begin as a text does, or as a known format (see ``opening.may_speak``)."""
    spoken: Bits = ((words & _HIGH) == 0) | _BEGINS[words & _TWO]
    return spoken


def _padded(last: npt.NDArray[np.uint8]) -> Bits:
    """Say which blocks may end in padding: as far as their last two bytes tell."""
    fill = last[:, -1]
    ended: Bits = (fill > 0) & (fill <= last.shape[1]) & ((fill == 1) | (last[:, -2] == fill))
    return ended
