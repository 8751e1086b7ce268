r"""Needles: byte strings to look for, all in one pass.

The engine is the compiled kernel; Hyperscan and a slower search with numpy give the same hits.
The kernel is ready in a tenth of the time that Hyperscan takes to compile, and searches as quickly.
For Hyperscan a pattern is written as ``\xNN`` escapes, never as a literal, which a NUL byte would cut.
"""

from __future__ import annotations

import importlib
from array import array
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec
import numpy as np

from vitne.kernel.literals import Literals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    Column = npt.NDArray[np.int64]
    Buffer = bytes | bytearray | memoryview | npt.NDArray[np.uint8]

Layers = tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
Border = Literal["none", "digit", "hex", "word"]

MOST_HITS = 1 << 20  # of one scan: a hostile buffer may be full of one value
END = 8  # bytes of a needle that Hyperscan looks for
_NONE = np.zeros(0, dtype=np.int64)
KEY = 4  # bytes of a needle that the numpy engine looks up first


class Needle(msgspec.Struct, frozen=True, kw_only=True):
    """One byte string that stands for a seed in one spelling under some codecs."""

    seed: int  # row of the seed in the searcher's list
    data: bytes  # the bytes to look for, at least three
    text: bytes  # the spelling they were made from
    spelling: str = ""  # name of that spelling; "" for the canonical one
    layers: Layers = ()  # codecs from the spelling to the bytes, innermost first; () where they are the same
    fold: bool = False  # ASCII letters match in either case
    border: Border = "none"  # what may not stand beside the value, seen through the codec
    tail: int = 0  # so many decimal digits must follow and belong to the value (IMEISV)
    weak: bool = False  # short or common: only whole and with a key or company

    @property
    def codec(self) -> str:
        """Name the outermost codec; "" where there is none."""
        return self.layers[-1][0] if self.layers else ""


class Hits(msgspec.Struct, kw_only=True):
    """Matches as columns of equal length, sorted by start, end and needle."""

    needle: Column  # row of the needle
    start: Column  # half-open range in the buffer
    end: Column
    complete: bool = True  # false: there were more than MOST_HITS

    def __len__(self) -> int:
        return len(self.needle)

    def keep(self, rows: npt.NDArray[Any]) -> Hits:
        """Give the chosen rows (a mask or an index) alone."""
        return Hits(
            needle=self.needle[rows], start=self.start[rows], end=self.end[rows], complete=self.complete
        )


class Engine(Protocol):
    """Finds all occurrences, overlapping ones too: (needle, end) columns and whether that is all of them."""

    def scan(self, buffer: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bool]:
        """Search one buffer."""
        ...


class Needles:
    """A set of needles, ready to be looked for."""

    def __init__(self, needles: Sequence[Needle], engine: Engine) -> None:
        self.needles = needles
        self.length = np.array([len(needle.data) for needle in needles], dtype=np.int64)
        self._engine = engine

    @classmethod
    def compile(cls, needles: Sequence[Needle], *, engine: str = "") -> Needles:
        """Prepare needles for search.

        ``engine`` is "kernel", "hyperscan", "numpy" or "" for the best.  Raises ValueError for a needle of
        fewer than three bytes, ImportError for Hyperscan where there is none.
        """
        if any(len(needle.data) < 3 for needle in needles):
            raise ValueError("a needle has three bytes or more")
        return cls(needles, _ENGINES[engine or "kernel"](needles))

    @property
    def literals(self) -> Literals | None:
        """The kernel's own search, where it is the engine."""
        return self._engine.literals if isinstance(self._engine, KernelEngine) else None

    def scan(self, buffer: Buffer) -> Hits:
        """Find all needles in a buffer, overlapping ones too."""
        ids, ends, complete = self._engine.scan(buffer)
        if not len(ids):
            return Hits(needle=ids, start=ends, end=ends, complete=complete)
        starts = ends - self.length[ids]
        order = np.lexsort((ids, ends, starts))
        return Hits(needle=ids[order], start=starts[order], end=ends[order], complete=complete)


class KernelEngine:
    """The compiled kernel's search."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        self.literals = Literals([needle.data for needle in needles], [needle.fold for needle in needles])

    def scan(self, buffer: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bool]:
        """Search one buffer."""
        return self.literals.find(buffer, most=MOST_HITS)


def hyperscan_library() -> Any:
    """Import Hyperscan; None where this machine has none (it exists for few processors)."""
    try:
        return importlib.import_module("hyperscan")
    except ImportError:
        return None


class HyperscanEngine:
    """One Hyperscan database in block mode.

    It holds the ends of needles alone, each once: it is made in half the time, and what stands before an end
    that was found is compared here.
    """

    def __init__(self, needles: Sequence[Needle]) -> None:
        library = hyperscan_library()
        if library is None:
            raise ImportError("hyperscan")
        rows: dict[tuple[bytes, bool], list[int]] = {}
        for row, needle in enumerate(needles):
            end = needle.data[-END:]
            rows.setdefault((end.lower() if needle.fold else end, needle.fold), []).append(row)
        self._rows = list(rows.values())
        self._whole = [  # in lower case where case does not count; b"" where the end is all there is
            b"" if len(needle.data) <= END else needle.data.lower() if needle.fold else needle.data
            for needle in needles
        ]
        self._fold = [needle.fold for needle in needles]
        self._database = _database(library, list(rows)) if needles else None

    def scan(self, buffer: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bool]:
        """Search one buffer with one call."""
        seen: list[tuple[int, int]] = []

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            seen.append((number, end))
            return len(seen) >= MOST_HITS

        complete = True
        if self._database is not None and len(buffer):
            try:
                self._database.scan(buffer, match_event_handler=on_match)
            except hyperscan_library().ScanTerminated:
                complete = False
        if not seen:
            return _NONE, _NONE, complete
        ids, ends = self._compared(buffer, seen)
        return _column(ids), _column(ends), complete and len(ids) < MOST_HITS

    def _compared(self, buffer: Any, seen: list[tuple[int, int]]) -> tuple[array[int], array[int]]:
        """Give the needles of which more than the end stands there, and where each ends."""
        ids, ends = array("q"), array("q")
        view = memoryview(buffer)
        for number, end in seen:
            for row in self._rows[number]:
                whole = self._whole[row]
                if whole:
                    start = end - len(whole)
                    if start < 0:
                        continue
                    there = bytes(view[start:end])
                    if (there.lower() if self._fold[row] else there) != whole:
                        continue
                ids.append(row)
                ends.append(end)
            if len(ids) >= MOST_HITS:
                break
        return ids, ends


def _database(library: Any, ends: Sequence[tuple[bytes, bool]]) -> Any:
    """Compile a database of the ends of needles, each with whether case does not count."""
    caseless = library.HS_FLAG_CASELESS | library.HS_FLAG_DOTALL
    flags = [caseless if fold else library.HS_FLAG_DOTALL for _, fold in ends]
    database = library.Database(mode=library.HS_MODE_BLOCK)
    expressions = [_escaped(data) for data, _ in ends]
    ids = list(range(len(ends)))
    database.compile(expressions=expressions, ids=ids, elements=len(ids), flags=flags)
    return database


def _escaped(data: bytes) -> bytes:
    return ("@" + data.hex("@")).replace("@", "\\x").encode()


def _column(values: array[int]) -> npt.NDArray[np.int64]:
    return np.frombuffer(values, dtype=np.int64) if len(values) else np.zeros(0, dtype=np.int64)


class NumpyEngine:
    """Looks the first bytes of every position up in a table, then compares the few that are in it."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        self._passes: list[_Pass] = []
        for fold in (False, True):
            for width in (KEY - 1, KEY):
                rows = [
                    row
                    for row, needle in enumerate(needles)
                    if needle.fold == fold and min(KEY, len(needle.data)) == width
                ]
                if rows:
                    self._passes.append(_Pass(needles, rows, fold=fold, width=width))

    def scan(self, buffer: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bool]:
        """Search one buffer."""
        ids, ends = array("q"), array("q")
        data = bytes(buffer)
        folded = data.lower() if any(one.fold for one in self._passes) else data
        complete = True
        for one in self._passes:
            complete = one.scan(folded if one.fold else data, ids, ends) and complete
        return _column(ids), _column(ends), complete


class _Pass:
    """The needles of one kind (case folded or not, three bytes of key or four)."""

    def __init__(self, needles: Sequence[Needle], rows: list[int], *, fold: bool, width: int) -> None:
        self.fold = fold
        self._width = width
        self._rows: dict[int, list[tuple[int, bytes]]] = {}
        for row in rows:
            data = needles[row].data.lower() if fold else needles[row].data
            self._rows.setdefault(int.from_bytes(data[:width], "little"), []).append((row, data))
        self._keys = np.array(sorted(self._rows), dtype=np.uint32)
        self._table = np.zeros(1 << 16, dtype=bool)  # by the key's low half: a cheap first no
        self._table[self._keys & 0xFFFF] = True

    def scan(self, data: bytes, ids: array[int], ends: array[int]) -> bool:
        """Append what is found; false when there were too many."""
        column = np.frombuffer(data, dtype=np.uint8)
        last = len(column) - self._width + 1
        if last <= 0:
            return True
        low = column[:last].astype(np.uint16) | (column[1 : last + 1].astype(np.uint16) << 8)
        places = np.flatnonzero(self._table[low])
        keys = np.zeros(len(places), dtype=np.uint32)
        for index in range(self._width):
            keys |= column[places + index].astype(np.uint32) << (8 * index)
        known = np.isin(keys, self._keys)
        for place, key in zip(places[known].tolist(), keys[known].tolist(), strict=True):
            for row, needle in self._rows[key]:
                if data.startswith(needle, place):
                    ids.append(row)
                    ends.append(place + len(needle))
            if len(ids) >= MOST_HITS:
                return False
        return True


_ENGINES: dict[str, Callable[[Sequence[Needle]], Engine]] = {
    "kernel": KernelEngine,
    "hyperscan": HyperscanEngine,
    "numpy": NumpyEngine,
}


def reject_crossing(hits: Hits, starts: npt.NDArray[Any], ends: npt.NDArray[Any]) -> Hits:
    """Drop hits that do not lie inside one piece; ``starts`` and ``ends`` are sorted buffer positions."""
    if not len(hits):
        return hits
    if not len(starts):
        return hits.keep(np.zeros(len(hits), dtype=bool))
    piece = piece_of(hits.start, starts)
    inside = (piece >= 0) & (hits.end <= np.asarray(ends)[np.maximum(piece, 0)])
    return hits.keep(inside)


def piece_of(positions: npt.NDArray[np.int64], starts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Give the row of the piece that each position lies in, -1 before the first; empty pieces hold none."""
    return np.searchsorted(np.asarray(starts, dtype=np.int64), positions, side="right").astype(np.int64) - 1
