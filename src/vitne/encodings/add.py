"""All bytes with numbers added, the same over and over.

summary: numbers added to the bytes, modulo 256
specification: none; a scheme of senders' own, undone where the numbers follow from what comes out

The numbers are not known: a single one is that which makes text of the bytes; several follow from a value
that is known to stand there.  The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vitne.encodings._keyed_text import SHORTEST, texts_among
from vitne.encodings._looks import media
from vitne.kernel.guesses import ADDED, guesses
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_ALL = np.arange(256)
_TABLES = [row.tobytes() for row in (_ALL - _ALL[:, np.newaxis]).astype(np.uint8)]


class Add:
    """Found only as the whole data, where one number makes text of them."""

    name = "add"
    summary = "numbers added to the bytes, modulo 256"
    specification = "none; undone where the numbers follow from what comes out"
    family: Family = "binary"
    order = 98
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the data less the numbers that make something of them."""
        if len(data) >= SHORTEST and not media(data) and guesses(data).ways & ADDED:
            for number in _numbers(data):
                yield opened(data, bytes([number]), limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the data less the number that makes something of them.  Raises Malformed where none does."""
        numbers = _numbers(data)
        if not numbers:
            raise Malformed("no number makes text of the bytes", at=0)
        yield opened(data, bytes([numbers[0]]), limits)

    def wrap(self, child: Child) -> bytes:
        """Add the numbers again."""
        key = bytes.fromhex(dict(child.params)["key"])
        return added(child.data, bytes(-number % 256 for number in key))

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) stand: at the same place."""
        del data
        return child.start + start, child.start + end


def added(data: bytes, key: bytes) -> bytes:
    """Take the numbers of a key from the bytes, over and over."""
    if len(key) == 1:
        return data.translate(_TABLES[key[0]])
    column = np.frombuffer(data, dtype=np.uint8)
    return (column - np.resize(np.frombuffer(key, dtype=np.uint8), len(column))).tobytes()


def opened(data: bytes, key: bytes, limits: Limits, *, span: tuple[int, int] | None = None) -> Child:
    """Give a range of the data less the numbers of a key."""
    start, end = span if span is not None else (0, len(data))
    raw = data[start : min(end, start + limits.size)]
    return Child(
        data=added(raw, key),
        start=start,
        end=start + len(raw),
        params=(("key", key.hex()),),
        complete=start + len(raw) == end,
    )


def _numbers(data: bytes) -> list[int]:
    """Give the numbers that make text of the bytes, the likeliest first; none where they are text."""
    found = texts_among(data, lambda there: (there[None, :] - _ALL[:, None]) % 256, _TABLES)
    return found if 0 not in found else []


encoding = Add()
