"""The containers that stand one after the other in a JSON list, found by counting brackets in columns.

specification: RFC 8259

Strings are told from the rest by the parity of the quotes before, once escaped ones are left out; brackets
outside strings give the depth.  A block that does not hold one whole container is left to whoever asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator

BLOCK = 2 << 20
"""Bytes that are looked at together."""
_QUOTE, _BACKSLASH = 0x22, 0x5C
_FOLD, _OPEN, _CLOSE = 0xDF, 0x5B, 0x5D  # of both sorts of brackets, one bit left out


def elements(data: Any, start: int) -> Generator[tuple[int, int], None, int]:
    """Yield the range of each container from ``start`` on, up to the end of their list.

    ``start`` lies outside of any string.  Gives where to go on: at the bracket that ends the list, or before
    a container that is not whole in a block.
    """
    size = len(data)
    while start < size:
        block = np.frombuffer(data, dtype=np.uint8, count=min(BLOCK, size - start), offset=start)
        opens, ends, stop = _tops(block)
        for low, high in zip(opens, ends, strict=True):
            yield start + low, start + high
        if stop is not None:
            return start + stop
        if not ends:
            return start
        start += ends[-1]
    return start


def _tops(block: np.ndarray) -> tuple[list[int], list[int], int | None]:
    """Give where containers begin and end that are whole, and where the list around them ends."""
    folded = block & _FOLD
    places = np.flatnonzero((folded == _OPEN) | (folded == _CLOSE))
    quotes = _quotes(block)
    places = places[np.searchsorted(quotes, places) & 1 == 0]
    steps = 1 - (folded[places] - _OPEN).astype(np.int64)
    depth = np.cumsum(steps)
    below = np.flatnonzero(depth < 0)
    stop = None
    if len(below):
        stop = int(places[below[0]])
        places, steps, depth = places[: below[0]], steps[: below[0]], depth[: below[0]]
    ends = places[(depth == 0) & (steps < 0)] + 1
    opens = places[(depth == 1) & (steps > 0)][: len(ends)]
    return opens.tolist(), ends.tolist(), stop


def _quotes(block: np.ndarray) -> np.ndarray:
    """Give the places of quotes that begin or end a string."""
    quotes = np.flatnonzero(block == _QUOTE)
    slashes = np.flatnonzero(block == _BACKSLASH)
    if not len(slashes) or not len(quotes):
        return quotes
    first = np.ones(len(slashes), dtype=bool)
    first[1:] = slashes[1:] != slashes[:-1] + 1
    begin = np.maximum.accumulate(np.where(first, np.arange(len(slashes)), 0))
    escaping = slashes[(np.arange(len(slashes)) - begin) & 1 == 0]
    escaped = np.zeros(len(block) + 1, dtype=bool)
    escaped[escaping + 1] = True
    return quotes[~escaped[quotes]]
