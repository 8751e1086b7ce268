"""Many byte strings searched for at once, by the compiled kernel.

Each literal is known by four of its bytes, folded to lower case, at as many of its places as there are
positions from one look to the next: one of them lies where the kernel looks.
"""

from __future__ import annotations

import ctypes
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

WIDTH = 4  # bytes of one look
LEAST = WIDTH - 1  # bytes of the shortest literal
STEP = 4  # positions from one look to the next
NEAR = 2  # ... of literals that are too short for that
MOST_SHORT = 64  # literals too short even for NEAR for which looks may be that far apart
MOST_FEW = 64  # short literals that vector instructions look for
BUCKETS = 8  # groups that those are shared out to
_FOLD = np.uint32(0x20202020)
_SPREAD = np.uint32(0x9E3779B1)  # 2^32 over the golden ratio: spreads numbers evenly
_SPARSE = 6  # bits of the gate for each entry, as a power of two
_WIDEST = 23  # bits of the gate, as a power of two: a larger one leaves the cache
_COPIED = 1 << 15  # bytes of a buffer that is copied sooner than asked where it lies
_FIRST = 1 << 12  # hits for which there is room at first
_ENTRY = np.dtype([("key", "<u4"), ("literal", "<u4"), ("offset", "<i4"), ("fold", "<u4")])
_MANY = 1 << 12  # others that a look meets; more cost no more
_ALIKE = 32  # what each pair of equal bytes costs: runs of one byte stand everywhere
_EVERYWHERE = frozenset(b"\0 \xff")


class _Set(ctypes.Structure):
    _fields_ = (
        ("bytes", ctypes.c_void_p),
        ("begins", ctypes.c_void_p),
        ("gate", ctypes.c_void_p),
        ("starts", ctypes.c_void_p),
        ("entries", ctypes.c_void_p),
        ("gate_shift", ctypes.c_uint32),
        ("starts_shift", ctypes.c_uint32),
        ("step", ctypes.c_uint32),
        ("few_count", ctypes.c_uint32),
        ("vectors", ctypes.c_uint32),
        ("spare", ctypes.c_uint32),
        ("masks", ctypes.c_void_p),
        ("few", ctypes.c_void_p),
        ("also", ctypes.c_void_p),
        ("most", ctypes.c_uint64),
        ("rows", ctypes.c_void_p),
        ("ends", ctypes.c_void_p),
    )


@cache
def _call() -> Any:
    call = library().vitne_literals
    call.restype = ctypes.c_uint64
    call.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64]
    return call


@cache
def vectors() -> bool:
    """Say whether the kernel has vector instructions for this machine."""
    return bool(library().vitne_vectors())


class _Part:
    """Some of the literals, looked for with steps of one length."""

    def __init__(self, own: Sequence[bytes], rows: npt.NDArray[np.int64], fold: Any, step: int) -> None:
        data, begins = _laid(own)
        self.entries = _entries(data, begins.astype(np.int64), fold[rows], step)
        self.entries["literal"] = rows[self.entries["literal"]]
        bits = max(12, int(len(self.entries) * 2).bit_length())
        spread = self.entries["key"] * _SPREAD
        order = np.argsort(spread, kind="stable")
        self.entries, spread = self.entries[order], spread[order]
        held = np.bincount(spread >> np.uint32(32 - bits), minlength=1 << bits)
        self._starts = np.zeros((1 << bits) + 1, dtype=np.uint32)
        np.cumsum(held, out=self._starts[1:], dtype=np.uint32)
        wide = min(bits + _SPARSE - 1, _WIDEST)
        gate = np.zeros(1 << wide, dtype=np.uint8)
        gate[spread >> np.uint32(32 - wide)] = 1
        self._gate = np.packbits(gate, bitorder="little")
        self.set = _Set(
            gate=self._gate.ctypes.data,
            starts=self._starts.ctypes.data,
            entries=self.entries.ctypes.data,
            gate_shift=32 - wide,
            starts_shift=32 - bits,
            step=step,
        )

    def with_masks(self, own: Sequence[bytes], rows: npt.NDArray[np.int64], fold: Any) -> None:
        """Let vector instructions look for these literals, which are few."""
        places = [_telling(literal) for literal in own]
        told = [literal[at : at + LEAST] for literal, at in zip(own, places, strict=True)]
        alike = sorted(range(len(own)), key=told.__getitem__)  # those that are alike share a bucket
        self._few = np.zeros(len(own), dtype=_ENTRY)
        self._few["key"][alike] = 1 << np.arange(len(own)) * BUCKETS // len(own)
        self._few["literal"], self._few["fold"], self._few["offset"] = rows, fold[rows], places
        self._masks = np.zeros((LEAST, 2, 16), dtype=np.uint8)
        for three, few in zip(told, self._few, strict=True):
            for place, byte in enumerate(three):
                for each in {byte, *(bytes([byte]).upper() if few["fold"] else b"")}:
                    self._masks[place, 0, each & 15] |= few["key"]
                    self._masks[place, 1, each >> 4] |= few["key"]
        self.set.masks, self.set.few = self._masks.ctypes.data, self._few.ctypes.data
        self.set.few_count = len(own)


class Literals:
    """Byte strings of three bytes or more, ready to be searched for; some in either case of ASCII letters.

    One search at a time: its hits are written to a place that all searches share.
    """

    def __init__(self, literals: Sequence[bytes], fold: Sequence[bool], *, vector: bool = True) -> None:
        """Prepare the search; without ``vector`` no vector instructions are used, and the same is found."""
        own = [data.lower() if both else data for data, both in zip(literals, fold, strict=True)]
        lengths = np.fromiter(map(len, own), dtype=np.int64, count=len(own))
        if own and int(lengths.min()) < LEAST:
            raise ValueError("a literal has three bytes or more")
        self._bytes, self._begins = _laid(own)
        self._parts = list(_parts(own, lengths, np.array(fold, dtype=np.uint32), vector=vector and vectors()))
        for part in self._parts:
            part.set.vectors = vector and vectors()
        for part, following in pairwise(self._parts):
            part.set.also = ctypes.addressof(following.set)
        self._set = self._parts[0].set if self._parts else _Set()
        self._set.bytes, self._set.begins = self._bytes.ctypes.data, self._begins.ctypes.data
        self._place = ctypes.addressof(self._set)
        self._find = _call()
        self._roomy(_FIRST)

    def _roomy(self, size: int) -> None:
        """Make room for so many hits."""
        self._room = np.empty((2, size), dtype=np.int64)
        self._set.rows, self._set.ends = (row.ctypes.data for row in self._room)
        self._set.most = self._size = size

    @property
    def place(self) -> int | None:
        """Where the kernel finds them; None where there are none."""
        return self._place if self._parts else None

    def taken(
        self, data: bytes, count: int, *, most: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bool]:
        """Give what another door of the kernel found of them in some data, which are so many."""
        if count > min(self._size, most):
            return self.find(data, most=most)
        rows, ends = self._room[:, :count].copy()
        return rows, ends, True

    def find(self, buffer: Any, *, most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bool]:
        """Give rows and ends of all literals in a buffer, in no order, and whether these are all of them.

        Of more than ``most`` as many are given, and which is not said.
        """
        size = len(buffer)
        if not size or not self._parts:
            return _NONE, _NONE, True
        data = bytes(buffer) if size <= _COPIED else np.frombuffer(buffer, dtype=np.uint8)
        place = data if isinstance(data, bytes) else data.__array_interface__["data"][0]
        while True:
            room = self._set.most = min(self._size, most)
            count = self._find(self._place, place, size)
            if not count:
                return _NONE, _NONE, True
            if count <= room or room == most:
                rows, ends = self._room[:, : min(count, room)].copy()
                del data  # it was there until here
                return rows, ends, count <= most
            self._roomy(16 * room)


_NONE = np.zeros(0, dtype=np.int64)


def _laid(own: Sequence[bytes]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint64]]:
    """Lay literals one behind the other: the bytes, and where each begins, and the last ends."""
    begins = np.zeros(len(own) + 1, dtype=np.uint64)
    np.cumsum(np.fromiter(map(len, own), dtype=np.uint64, count=len(own)), out=begins[1:], dtype=np.uint64)
    return np.frombuffer(b"".join(own) + bytes(WIDTH), dtype=np.uint8), begins


def _parts(own: Sequence[bytes], lengths: Any, fold: Any, *, vector: bool) -> Iterator[_Part]:
    """Share literals out: those that are long enough for long steps, and the others."""
    long = lengths >= WIDTH + STEP - 1
    long[long] = ~_plain(own, np.flatnonzero(long))
    for rows in filter(len, (np.flatnonzero(long), np.flatnonzero(~long))):
        some = own if len(rows) == len(own) else [own[row] for row in rows.tolist()]
        if long[rows[0]]:
            yield _Part(some, rows, fold, STEP)
            continue
        near = int((lengths < WIDTH + NEAR - 1).sum()) <= MOST_SHORT
        part = _Part(some, rows, fold, NEAR if near else 1)
        if vector and len(rows) <= MOST_FEW:
            part.with_masks(some, rows, fold)
        yield part


def _plain(own: Sequence[bytes], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say of which literals long steps must meet four zeros or the like: such stand everywhere."""
    data, begins = _laid([own[row] for row in rows.tolist()])
    keys = _words(data) | _FOLD
    alike = np.cumsum(np.append(False, (keys == _FOLD) | (keys == ~np.uint32(0))))
    free = alike[STEP:] == alike[:-STEP]  # no look of the steps from here on meets any
    best = np.zeros(len(rows), dtype=bool)
    begin, end = begins[:-1].astype(np.int64), begins[1:].astype(np.int64) - (WIDTH + STEP - 2)
    count = np.cumsum(np.append(False, free))
    np.greater(count[np.minimum(end, len(free))], count[begin], out=best)
    return ~best


def _telling(literal: bytes) -> int:
    """Give the first of those three bytes of a literal that are the least like everything."""
    last = len(literal) - LEAST
    return max(range(last + 1), key=lambda at: (len(set(literal[at : at + LEAST]) - _EVERYWHERE), -at))


def _entries(
    data: npt.NDArray[np.uint8], begins: npt.NDArray[np.int64], fold: npt.NDArray[np.uint32], step: int
) -> npt.NDArray[Any]:
    """Give what each literal is looked up by: ``step`` places of it, those that few others share."""
    keys = _words(data) | _FOLD
    last = begins[1:] - (WIDTH + step - 1)  # the last place from which on all looks lie in the literal
    long = np.flatnonzero(last >= begins[:-1])
    parts = []
    if len(long):
        places = _seldom(data, keys, step)
        chosen = _least(places, begins[long], last[long] + 1)
        for more in range(step):
            at = chosen + more
            parts.append(_rows(keys[at], long, at - begins[long], fold))
    for row in np.flatnonzero(last < begins[:-1]).tolist():
        own = data[begins[row] : begins[row + 1]]
        one = np.array([row])
        parts += [_rows(_open_words(own, before), one, -before, fold) for before in range(step)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=_ENTRY)


def _rows(keys: Any, literals: npt.NDArray[np.int64], offsets: Any, fold: Any) -> npt.NDArray[Any]:
    rows = np.zeros(len(keys), dtype=_ENTRY)
    rows["key"], rows["literal"], rows["offset"], rows["fold"] = keys, literals, offsets, fold[literals]
    return rows


def _open_words(own: npt.NDArray[np.uint8], before: int) -> npt.NDArray[np.uint32]:
    """Give all looks that begin so many bytes before a short literal, whatever stands beside it."""
    inside = own[: WIDTH - before]
    free = [at for at in range(WIDTH) if not before <= at < before + len(inside)]
    words = np.zeros((1, WIDTH), dtype=np.uint8)
    words[0, before : before + len(inside)] = inside
    for at in free:
        words = np.repeat(words, 256, axis=0)
        words[:, at] = np.tile(np.arange(256, dtype=np.uint8), len(words) // 256)
    return np.array(sorted(set((words.view("<u4")[:, 0] | _FOLD).tolist())), dtype=np.uint32)


def _words(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Give the four bytes from each byte on, as numbers."""
    return np.ndarray(len(data) - WIDTH + 1, dtype="<u4", buffer=data.tobytes(), strides=(1,)).copy()


def _seldom(data: npt.NDArray[np.uint8], keys: npt.NDArray[np.uint32], step: int) -> npt.NDArray[np.uint16]:
    """Give what looks from each place on cost: how many others they meet, and what is like everything."""
    short = ((keys * _SPREAD) >> np.uint32(16)).astype(np.uint16)
    met = np.minimum(np.bincount(short, minlength=1 << 16), _MANY).astype(np.uint16)
    alike = np.zeros(len(keys), dtype=np.uint8)
    for apart in (1, 2):
        same = data[apart:] == data[:-apart]
        for at in range(WIDTH - apart):
            alike += same[at : at + len(keys)]
    cost = met[short] + alike * np.uint16(_ALIKE)
    summed = cost.copy()
    for more in range(1, step):
        summed[:-more] += cost[more:]
    return summed


def _least(
    cost: npt.NDArray[np.uint16], begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Give the place of the least cost in each of the ranges, which do not overlap; the first of equals."""
    ranked = cost.astype(np.int64) << 40 | np.arange(len(cost))
    bounds = np.stack((begins, ends), axis=1).ravel()
    return np.minimum.reduceat(np.append(ranked, np.iinfo(np.int64).max), bounds)[::2] & ((1 << 40) - 1)
