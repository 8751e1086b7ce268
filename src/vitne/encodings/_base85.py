"""Four bytes as five letters, in any alphabet of 85."""

from __future__ import annotations

import numpy as np

_TOP = 1 << 32


def decode(values: bytes) -> bytes | None:
    """Read letters given as their values; None where five are more than four bytes can say.

    One to three bytes at the end are two to four letters; a single letter is none.
    """
    short = -len(values) % 5
    if short == 4:
        return None
    padded = np.frombuffer(values + b"\x54" * short, dtype=np.uint8).reshape(-1, 5).astype(np.uint64)
    groups = np.zeros(len(padded), dtype=np.uint64)
    for column in range(5):
        groups = groups * np.uint64(85) + padded[:, column]
    if groups.size and int(groups.max()) >= _TOP:
        return None
    raw = groups.astype(">u4").tobytes()
    return raw[: len(raw) - short] if short else raw


def encode(data: bytes) -> bytes:
    """Write bytes as the values of their letters."""
    short = -len(data) % 4
    groups = np.frombuffer(data + bytes(short), dtype=">u4").astype(np.uint64)
    out = np.empty((len(groups), 5), dtype=np.uint8)
    for column in range(4, -1, -1):
        out[:, column] = groups % np.uint64(85)
        groups //= np.uint64(85)
    letters = out.tobytes()
    return letters[: len(letters) - short] if short else letters
