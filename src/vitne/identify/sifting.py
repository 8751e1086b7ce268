"""Sifting: what some bytes may hold of known values, found with one pass and kept for whoever asks next.

The same bytes are asked about while they are unwrapped and when their message is searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.identify.needles import Hits, Needle, Needles
from vitne.kernel.sieve import NOTHING as EMPTY
from vitne.kernel.sieve import Sieve

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Column = npt.NDArray[np.int64]

    from vitne.identify.digests import Digests
    from vitne.identify.pieces import Pieces
    from vitne.identify.places import Places
    from vitne.kernel.sieve import Passed

FEW = 16  # literals in one piece of data that are told apart one by one
BATCH = 4 << 20  # bytes of data that are asked about with one pass
KEPT = 4 << 20  # bytes of data of which it is kept what they hold, twice
LEAST_KEPT = 64  # bytes of data for which that is quicker than to look again


class Sifted(NamedTuple):
    """What some bytes may hold."""

    needles: Hits | None = None  # those of known values; None: none
    heads: Sequence[tuple[int, int]] = ()  # where values in pieces may begin, and how; ascending
    literals: Sequence[tuple[int, int]] = ()  # where known places may begin, and how; ascending
    words: Sequence[Sequence[int]] = ()  # begin, end and kind of words that begin as a digest does
    pairs: Sequence[int] = ()  # where two bytes tell a latitude


NOTHING = Sifted()


@dataclass(slots=True)
class _Parts:
    """What was found in one piece of data so far."""

    heads: list[tuple[int, int]]
    literals: list[tuple[int, int]]
    words: list[list[int]]
    pairs: list[int]
    needles: Hits | None = None

    def sifted(self) -> Sifted:
        """Give it as what it is."""
        return Sifted(self.needles, self.heads, self.literals, self.words, self.pairs)


class Sift:
    """All that known values are looked for by, ready to be looked for at once."""

    def __init__(
        self,
        needles: Sequence[Needle],
        places: Places,
        *,
        pieces: Pieces | None = None,
        digests: Digests | None = None,
        engine: str = "",
    ) -> None:
        self._heads_from = len(needles)
        heads = pieces.heads if pieces is not None else ()
        self._places_from = self._heads_from + len(heads)
        every = [
            *needles,
            *(Needle(seed=0, data=head, text=head, fold=True) for head in heads),
            *(Needle(seed=0, data=text, text=text) for text in places.literals),
        ]
        self.engine = Needles.compile(every, engine=engine)
        self._sieve = Sieve(
            literals=self.engine.literals,
            words=digests.words if digests is not None else None,
            pairs=places.pairs,
        )
        self.complete = True  # false once some data held more than is kept
        self._kept: dict[int, tuple[bytes, Sifted]] = {}  # by identity
        self._before: dict[int, tuple[bytes, Sifted]] = {}
        self._size = 0

    def of(self, data: bytes) -> Sifted:
        """Say what some bytes may hold."""
        if len(data) < LEAST_KEPT:
            return self._asked(data)
        known = self._kept.get(id(data)) or self._before.get(id(data))
        if known is not None:
            return known[1]
        told = self._asked(data)
        if self._size > KEPT:
            self._before, self._kept, self._size = self._kept, {}, 0
        self._size += len(data)
        self._kept[id(data)] = data, told
        return told

    def each(self, pieces: Sequence[bytes]) -> list[Sifted]:
        """Say what each of some pieces of data may hold; those not asked about before with few passes."""
        kept, before = self._kept, self._before
        known = [kept.get(id(piece)) or before.get(id(piece)) for piece in pieces]
        told = [NOTHING if one is None else one[1] for one in known]
        batch: list[int] = []
        size = 0
        for row, one in enumerate(known):
            if one is not None:
                continue
            if batch and size + len(pieces[row]) > BATCH:
                self._told(pieces, batch, told)
                batch, size = [], 0
            batch.append(row)
            size += len(pieces[row])
        if batch:
            self._told(pieces, batch, told)
        return told

    def _told(self, pieces: Sequence[bytes], batch: Sequence[int], told: list[Sifted]) -> None:
        """Ask about a batch of pieces, and write down what those hold that hold anything."""
        if self.engine.literals is None:
            for row in batch:
                told[row] = self._asked(pieces[row])
            return
        data = b"".join([pieces[row] for row in batch])
        ends = np.cumsum([len(pieces[row]) for row in batch], dtype=np.int64)
        passed = self._sieve.find(data, ends)
        self.complete = self.complete and passed.complete
        if passed is EMPTY:
            return
        parts: dict[int, _Parts] = {}
        begins = np.append(0, ends[:-1])
        for begin, end, kind in passed.words:
            row = int(ends.searchsorted(begin, side="right"))
            at = int(begins[row])
            parts.setdefault(row, _Parts([], [], [], [])).words.append([begin - at, end - at, kind])
        for place in passed.places:
            row = int(ends.searchsorted(place, side="right"))
            parts.setdefault(row, _Parts([], [], [], [])).pairs.append(place - int(begins[row]))
        if passed.rows is not None and passed.ends is not None:
            self._parted(passed.rows, passed.ends, (begins, ends), parts)
        for row, part in parts.items():
            told[batch[row]] = part.sifted()

    def _parted(
        self, rows: Column, behind: Column, bounds: tuple[Column, Column], parts: dict[int, _Parts]
    ) -> None:
        """Share literals out among the pieces that they lie in."""
        start = behind - self.engine.length[rows]
        order = np.lexsort((rows, behind, start))
        rows, start, behind = rows[order], start[order], behind[order]
        piece = bounds[1].searchsorted(start, side="right")
        inside = behind <= bounds[1][piece]
        rows, start, behind, piece = rows[inside], start[inside], behind[inside], piece[inside]
        start, behind = start - bounds[0][piece], behind - bounds[0][piece]
        others = rows >= self._heads_from
        for row, at, number in zip(
            rows[others].tolist(), start[others].tolist(), piece[others].tolist(), strict=True
        ):
            part = parts.setdefault(number, _Parts([], [], [], []))
            if row < self._places_from:
                part.heads.append((at, row - self._heads_from))
            else:
                part.literals.append((at, row - self._places_from))
        own = ~others
        rows, start, behind, piece = rows[own], start[own], behind[own], piece[own]
        if not len(rows):
            return
        firsts = np.flatnonzero(np.append(True, piece[1:] != piece[:-1])).tolist()
        for first, last in zip(firsts, [*firsts[1:], len(rows)], strict=True):
            part = parts.setdefault(int(piece[first]), _Parts([], [], [], []))
            part.needles = Hits(needle=rows[first:last], start=start[first:last], end=behind[first:last])

    def scan(self, data: npt.NDArray[np.uint8]) -> tuple[Hits, Hits]:
        """Give needles in a large buffer, and where values in pieces may begin."""
        hits = self.engine.scan(data)
        self.complete = self.complete and hits.complete
        heads = hits.keep((hits.needle >= self._heads_from) & (hits.needle < self._places_from))
        heads.needle -= self._heads_from
        return hits.keep(hits.needle < self._heads_from), heads

    def _asked(self, data: bytes) -> Sifted:
        passed = self._sieve.find(data)
        rows, ends = passed.rows, passed.ends
        if self.engine.literals is None and data:
            hits = self.engine.scan(data)
            rows, ends = (hits.needle, hits.end) if len(hits) else (None, None)
            self.complete = self.complete and hits.complete
        self.complete = self.complete and passed.complete
        if rows is None or ends is None:
            if not passed.words and not passed.places:
                return NOTHING
            return Sifted(words=passed.words, pairs=passed.places)
        if len(rows) <= FEW:
            return self._few(rows, ends, passed)
        parts = {0: _Parts([], [], passed.words, passed.places)}
        self._parted(rows, ends, (np.zeros(1, dtype=np.int64), np.full(1, len(data))), parts)
        return parts[0].sifted()

    def _few(self, rows: Column, ends: Column, passed: Passed) -> Sifted:
        """Tell few literals in one piece apart: for so few, columns are not worth it."""
        length = self.engine.length
        found = sorted(
            (end - int(length[row]), end, row) for row, end in zip(rows.tolist(), ends.tolist(), strict=True)
        )
        needles = None
        if own := [one for one in found if one[2] < self._heads_from]:
            start, end, needle = np.array(own, dtype=np.int64).T
            needles = Hits(needle=needle, start=start, end=end)
        low, high = self._heads_from, self._places_from
        heads = [(start, row - low) for start, _, row in found if low <= row < high]
        literals = [(start, row - high) for start, _, row in found if row >= high]
        return Sifted(needles, heads, literals, passed.words, passed.places)


class Near:
    """Where known places may stand in data."""

    def __init__(self, places: Places, sift: Sift) -> None:
        self._places, self._sift = places, sift

    def spans(self, data: bytes) -> list[tuple[int, int]]:
        """Give the ranges in which a latitude near a known place may begin, or a code may stand."""
        return self._places.spans(data, self._sift.of(data))

    def opens(self, data: bytes) -> bool:
        """Say whether a known place may stand in some data; rather once too often."""
        return self._places.opens(self._sift.of(data))


def in_one(nodes: Sequence[bytes], found: Sequence[Hits]) -> tuple[Hits, npt.NDArray[np.int64]]:
    """Give hits in pieces of data as those in all of them joined, sorted, and where each piece begins."""
    starts = np.zeros(len(nodes), dtype=np.int64)
    np.cumsum([len(node) for node in nodes[:-1]], out=starts[1:])
    shift = np.repeat(starts, [len(hits) for hits in found])
    needle = np.concatenate([hits.needle for hits in found])
    start = np.concatenate([hits.start for hits in found]) + shift
    end = np.concatenate([hits.end for hits in found]) + shift
    order = np.lexsort((needle, end, start))
    return Hits(needle=needle[order], start=start[order], end=end[order]), starts
