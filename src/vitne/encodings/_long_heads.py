"""Fixed beginnings of gzip and zip under a key of a few bytes: the key follows from them.

specification: RFC 1952 section 2.3 (flags and time are zero with most senders); APPNOTE.TXT 4.3.7
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vitne.encodings._inflating import inflate

if TYPE_CHECKING:
    from collections.abc import Iterator

_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
_ZIP = (
    b"PK\x03\x04\x14\x00\x08\x08\x08\x00",
    b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
    b"PK\x03\x04\x14\x00\x02\x00\x08\x00",
)
_MAY = np.zeros((2, 256), dtype=bool)  # what the ninth and tenth byte of gzip may be
_MAY[0, [0, 2, 4]] = _MAY[1, [0, 3, 11, 255]] = True
_REACH = 64  # bytes before which such a stream begins
_PERIODS = (2, 3, 4, 5, 6, 7, 8)
_PROBE = 4096


def long_heads(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where a stream begins, and the key that opens it there."""
    column = np.frombuffer(data[: _REACH + 16], dtype=np.uint8)
    if len(column) < 20:
        return
    for head in (_GZIP, *_ZIP):
        known = np.frombuffer(head, dtype=np.uint8)
        windows = np.lib.stride_tricks.sliding_window_view(column[: _REACH + len(head)], len(head)) ^ known
        for period in _PERIODS:
            if period >= len(head):  # the two bytes behind are few
                rest = np.lib.stride_tricks.sliding_window_view(column, len(head) + 2)[: len(windows), -2:]
                keys = windows[: len(rest), :2] ^ rest
                places = np.flatnonzero(_MAY[0, keys[:, 0]] & _MAY[1, keys[:, 1]])
            else:
                places = np.flatnonzero((windows[:, period:] == windows[:, :-period]).all(axis=1))
            for at in places.tolist():
                key = windows[at, :period].tobytes()
                if any(key) and _fits(data, at, key, head):
                    yield at, key
                    return


def _fits(data: bytes, at: int, key: bytes, head: bytes) -> bool:
    """Say whether a stream begins at a place under a key: gzip has to be readable, zip to name a file."""
    rest = data[at : at + _PROBE]
    plain = bytes(byte ^ key[place % len(key)] for place, byte in enumerate(rest[:32]))
    if head[:2] == b"PK":
        length = int.from_bytes(plain[26:28], "little")
        return plain.startswith(head) and 0 < length < 256 and plain[30:32].isascii()
    if len(plain) < 18 or not (_MAY[0, plain[8]] and _MAY[1, plain[9]]):
        return False
    column = np.frombuffer(rest, dtype=np.uint8)
    whole = (column ^ np.resize(np.frombuffer(key, dtype=np.uint8), len(column))).tobytes()
    return not inflate(whole, 10, -15, most=_PROBE).why
