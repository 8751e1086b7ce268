"""Quick looks: whether a pattern can match anywhere in some data, faster than the pattern itself tells.

A pattern that is a row of character sets, as ``[0-9]{14}`` is, has no byte to jump to and is tried at every
position.  With one letter for each set, data and pattern become plain texts: one is sought in the other.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from vitne.catalog.patterns import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP = re.compile(r"(\[(?:\\.|[^\]\\])+\])(?:\{([0-9]{1,3})\})?")
_OTHER = 0x2E  # letter of the bytes that are in no set


def quick_look(pattern: str) -> Callable[[bytes], bool]:
    """Give a function that says whether a pattern matches anywhere in some data."""
    row = _row(pattern)
    if row is None:
        search = compiled(pattern).search
        return lambda data: search(data) is not None
    table, text = row
    return lambda data: len(data) >= len(text) and text in data.translate(table)


def quick_looks(patterns: tuple[str, ...]) -> Callable[[bytes], bool]:
    """Give a function that says whether any of the patterns matches anywhere in some short data."""
    rows = tuple(row for pattern in patterns if (row := _row(pattern)) is not None)
    others = [f"(?:{pattern})" for pattern in patterns if _row(pattern) is None]
    search = re.compile("|".join(others).encode() or rb"(?!)").search

    def look(data: bytes) -> bool:
        for table, text in rows:
            if len(data) >= len(text) and text in data.translate(table):
                return True
        return search(data) is not None

    return look


@cache
def _row(pattern: str) -> tuple[bytes, bytes] | None:
    """Give the letters of all bytes and of the pattern; None where it is no row of disjoint sets."""
    steps = list(_STEP.finditer(pattern))
    if not steps or "".join(step[0] for step in steps) != pattern:
        return None
    letters: dict[str, int] = {}
    table = bytearray([_OTHER]) * 256
    for step in steps:
        if step[1] in letters:
            continue
        letters[step[1]] = 0x41 + len(letters)
        inside = compiled(step[1])
        for byte in range(256):
            if inside.fullmatch(bytes((byte,))):
                if table[byte] != _OTHER:
                    return None
                table[byte] = letters[step[1]]
    return bytes(table), b"".join(bytes((letters[step[1]],)) * int(step[2] or 1) for step in steps)
