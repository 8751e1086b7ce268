"""What some bytes may hold, asked with one call of the compiled kernel.

Literals, words that begin as a digest of a known value does, and pairs of bytes that tell a latitude near a
known place.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from vitne.kernel.literals import Literals

LONGEST = 128  # letters of a word
HEXADECIMAL, WORD, BASE64 = 1, 2, 4  # kinds of letters, as bits
FLOAT64, FLOAT32, WHOLE32, VARINT, ZIGZAG = range(5)
BIG_END = 8  # of a form: the great end first
MOST_HITS = 1 << 20  # literals in some data
MOST_PLACES = 20_000  # pairs of bytes: a hostile sender may repeat two bytes for ever
_GATE = 20  # upper bits of a key
_FIRST = 1 << 12  # words and pairs for which there is room at first
WAY = np.dtype(
    [
        ("low", "<f8"), ("high", "<f8"), ("scale", "<f8"),
        ("form", "<u4"), ("shift", "<u4"), ("told", "<u4"), ("last", "<u4"),
    ]
)  # fmt: skip
"""One way to write a latitude: where it lies, its form, its telling pair, and what tells the longitude."""


class _Sieve(ctypes.Structure):
    _fields_ = (
        ("literals", ctypes.c_void_p),
        ("letters", ctypes.c_void_p),
        ("values", ctypes.c_void_p),
        ("lengths", ctypes.c_void_p),
        ("keys", ctypes.c_void_p),
        ("key_count", ctypes.c_uint64),
        ("gate", ctypes.c_void_p),
        ("firsts", ctypes.c_void_p),
        ("starts", ctypes.c_void_p),
        ("ways", ctypes.c_void_p),
        ("told", ctypes.c_void_p),
        ("most", ctypes.c_uint64),
        ("words", ctypes.c_void_p),
        ("places", ctypes.c_void_p),
        ("word_count", ctypes.c_uint64),
        ("place_count", ctypes.c_uint64),
    )


@cache
def _calls() -> tuple[Any, Any]:
    one, many = library().vitne_sieve_one, library().vitne_sieve
    one.restype = many.restype = ctypes.c_uint64
    one.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64]
    many.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_uint64]
    return one, many


class Words(NamedTuple):
    """Which words begin as a digest."""

    letters: npt.NDArray[np.uint8]  # of each byte its kinds
    values: npt.NDArray[np.uint8]  # of each letter of base64 its six bits
    lengths: npt.NDArray[np.uint8]  # 1 for lengths of words of base64 that are looked at, below LONGEST
    keys: Callable[[], npt.NDArray[np.uint32]]  # first four bytes of digests, ascending; asked when needed


class Pairs(NamedTuple):
    """Which pairs of bytes tell a latitude."""

    ways: npt.NDArray[Any]  # of WAY, by their pairs of bytes
    pairs: npt.NDArray[np.uint16]  # of each way, ascending
    told: npt.NDArray[np.uint16]  # pairs of bytes of longitudes, ascending for each way


class Passed(NamedTuple):
    """What came through."""

    rows: npt.NDArray[np.int64] | None  # literals found, in no order; None: none
    ends: npt.NDArray[np.int64] | None
    words: list[list[int]]  # begin, end and kind of letters of each word
    places: list[int]  # of pairs of bytes
    complete: bool = True  # false: there was more than is told


NOTHING = Passed(None, None, [], [])


class Sieve:
    """What is asked of data, ready to be asked.  One question at a time: answers are written to one place."""

    def __init__(
        self, *, literals: Literals | None = None, words: Words | None = None, pairs: Pairs | None = None
    ) -> None:
        self._literals, self._words, self._pairs = literals, words, pairs
        self._sieve = _Sieve(literals=literals.place if literals is not None else None)
        if words is not None:
            self._tables = [np.ascontiguousarray(each, dtype=np.uint8) for each in words[:3]]
            if [len(each) for each in self._tables] != [256, 256, LONGEST]:
                raise ValueError("tables of letters have 256 rows, that of lengths 128")
            self._sieve.letters, self._sieve.values, self._sieve.lengths = (
                each.ctypes.data for each in self._tables
            )
        if pairs is not None and len(pairs.ways):
            self._pair_up(pairs)
        self._place = ctypes.addressof(self._sieve)
        self._one, self._many = _calls()
        self._roomy(_FIRST)

    def _pair_up(self, pairs: Pairs) -> None:
        """Lay out the ways by their pairs of bytes."""
        self._ways = np.ascontiguousarray(pairs.ways, dtype=WAY)
        self._told = np.append(pairs.told, 0).astype(np.uint16)
        if int(max(self._ways["last"].max(), self._ways["told"].max())) > len(pairs.told):
            raise ValueError("a way points behind the pairs of bytes that are told")
        held = np.bincount(pairs.pairs, minlength=1 << 16)
        self._starts = np.zeros((1 << 16) + 1, dtype=np.uint32)
        np.cumsum(held, out=self._starts[1:], dtype=np.uint32)
        self._firsts = np.zeros(256, dtype=np.uint8)
        self._firsts[pairs.pairs >> 8] = 1
        self._sieve.firsts, self._sieve.starts = self._firsts.ctypes.data, self._starts.ctypes.data
        self._sieve.ways, self._sieve.told = self._ways.ctypes.data, self._told.ctypes.data

    def _unlock(self, keys: npt.NDArray[np.uint32]) -> None:
        """Take the first bytes of digests."""
        self._keys = np.append(keys, 0xFFFFFFFF).astype(np.uint32)
        gate = np.zeros(1 << _GATE, dtype=np.uint8)
        gate[keys >> np.uint32(32 - _GATE)] = 1
        self._gate = np.packbits(gate, bitorder="little")
        self._sieve.gate = self._gate.ctypes.data
        self._sieve.keys, self._sieve.key_count = self._keys.ctypes.data, len(keys)

    def _roomy(self, size: int) -> None:
        """Make room for so many words and pairs of bytes each."""
        self._found, self._held = np.empty((size, 3), dtype=np.int64), np.empty(size, dtype=np.int64)
        self._sieve.words, self._sieve.places = self._found.ctypes.data, self._held.ctypes.data
        self._sieve.most = self._size = size

    def find(self, data: bytes, ends: npt.NDArray[np.int64] | None = None) -> Passed:
        """Say what some bytes may hold; ``ends`` are those of pieces, ascending, the last that of all.

        Words and pairs of bytes lie in one piece each; literals may lie in several.
        """
        if ends is None:
            count = self._one(self._place, data, len(data))
        elif len(ends) and (int(ends[-1]) > len(data) or int(ends[0]) < 0):
            raise ValueError("a piece ends behind the data")
        else:
            count = self._many(self._place, data, ends.ctypes.data, len(ends))
        if not count:
            return NOTHING
        words, places = self._sieve.word_count, self._sieve.place_count
        if words and not self._sieve.keys and self._words is not None:
            self._unlock(self._words.keys())
            return self.find(data, ends)
        if max(words, min(places, MOST_PLACES)) > self._size:
            self._roomy(max(16 * self._size, words))
            return self.find(data, ends)
        literals, complete = count - words - places, places < MOST_PLACES
        rows = ends = None
        if literals and self._literals is not None:
            rows, ends, all_told = self._literals.taken(data, literals, most=MOST_HITS)
            complete = complete and all_told
        return Passed(
            rows,
            ends,
            self._found[:words].tolist() if words else [],
            self._held[: min(places, MOST_PLACES)].tolist() if places else [],
            complete,
        )
