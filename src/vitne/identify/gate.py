"""A gate: says with one quick pass whether any of many patterns may match: most bytes are spared them.

It may say yes where none matches, never no where one does.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.identify.needles import MOST_HITS, Hits, hyperscan_library

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

_AHEAD = re.compile(rb"\(\?![^()]*\)")
"""Looking ahead only takes matches away, and Hyperscan cannot do it."""
MOST = 4096  # matches of one pass; with more, every piece is let through


class Gate:
    """Patterns of Python's ``re`` over bytes, without flags and groups that name anything."""

    def __init__(self, patterns: Iterable[bytes], *, engine: str = "") -> None:
        """Prepare the patterns; ``engine`` is "hyperscan", "re" or "" for the best there is."""
        own = sorted(set(patterns))
        self._shut = not own  # no pattern, nothing to look for
        self._any = re.compile(b"|".join(own) or rb"(?!)")
        library = hyperscan_library() if engine != "re" and own else None
        self._database: Any = _database(library, own) if library is not None else None

    def opens(self, data: bytes) -> bool:
        """Say whether a pattern may match in some data."""
        if self._shut:
            return False
        if self._database is None:
            return self._any.search(data) is not None
        return bool(data) and self._ends(data, most=1) is None

    def rows(self, pieces: Sequence[bytes]) -> list[int]:
        """Give the numbers of the pieces in which a pattern may match, ascending."""
        if self._shut:
            return []
        if self._database is None:
            return [row for row, piece in enumerate(pieces) if self._any.search(piece)]
        data = b"\n".join(pieces)
        ends = self._ends(data, most=MOST) if data else []
        if ends is None:
            return list(range(len(pieces)))
        behind = [at - 1 for at in accumulate(len(piece) + 1 for piece in pieces)]  # end of each piece
        return sorted({min(bisect_left(behind, end), len(pieces) - 1) for end in ends})

    def hits(self, data: npt.NDArray[np.uint8]) -> Hits:
        """Give the last byte of each place at which a pattern matches, as hits of no needle."""
        if self._shut:
            ends: list[int] | None = []
        elif self._database is None:
            ends = [one.end() for one in islice(self._any.finditer(data.tobytes()), MOST_HITS)]
        else:
            ends = self._ends(data, most=MOST_HITS) if len(data) else []
        behind = np.unique(np.array(ends or (), dtype=np.int64))
        none = np.full(len(behind), -1, dtype=np.int64)
        return Hits(needle=none, start=behind - 1, end=behind, complete=ends is not None)

    def _ends(self, data: bytes | npt.NDArray[np.uint8], *, most: int) -> list[int] | None:
        """Give where patterns end; None with so many or more."""
        ends: list[int] = []

        def on_match(_number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            ends.append(end)
            return len(ends) >= most

        try:
            self._database.scan(data, match_event_handler=on_match)
        except _terminated():
            return None
        return ends if len(ends) < most else None


def _terminated() -> type[Exception]:
    terminated: type[Exception] = hyperscan_library().ScanTerminated
    return terminated


def _database(library: Any, patterns: Sequence[bytes]) -> Any:
    """Compile the patterns; None where one of them is beyond the library."""
    expressions = [_AHEAD.sub(b"", pattern).replace(b"\0", b"\\x00") for pattern in patterns]
    database = library.Database(mode=library.HS_MODE_BLOCK)
    count = len(expressions)
    try:
        database.compile(
            expressions=expressions,
            ids=list(range(count)),
            elements=count,
            flags=[library.HS_FLAG_DOTALL] * count,
        )
    except library.HyperscanError:
        return None
    return database
