"""Runs of letters and digits that stand alone: what base32, base58 and base62 look at."""

from __future__ import annotations

import re

_RUN = re.compile(rb"[0-9A-Za-z]{16,}+")
_GLUE = frozenset(b"+_-")  # beside one of these a run is part of a longer token, as of base64
_SLASH = 0x2F
_PATH = 4096  # bytes up to which a slash parts the names of a path; in longer data it is a letter of base64
MOST = 1 << 16  # runs that are looked at

_last: tuple[bytes, list[tuple[int, int]]] = (b"", [])  # three encodings ask about the same data in turn


def tokens(data: bytes) -> list[tuple[int, int]]:
    """Give the ranges of the runs that stand alone, in order; what may stand behind them are fillers."""
    global _last  # noqa: PLW0603  (a memory of one, and of nothing but what the data say)
    if _last[0] is data:
        return _last[1]
    glue = _GLUE if len(data) <= _PATH else _GLUE | {_SLASH}
    size, found = len(data), []
    for match in _RUN.finditer(data):
        start, end = match.span()
        if (start and data[start - 1] in glue) or (end < size and data[end] in glue):
            continue
        found.append((start, end))
        if len(found) >= MOST:
            break
    _last = data, found
    return found
