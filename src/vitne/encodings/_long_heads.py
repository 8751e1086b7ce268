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
_REACH = 64  # bytes before which gzip begins; zip begins the data
_PERIODS = (2, 3, 4, 5, 6, 7, 8)
_SHIFTS = np.array([8 * period for period in _PERIODS[:-1]], dtype=np.uint64)[:, None]
_MASKS = np.array([(1 << (64 - 8 * period)) - 1 for period in _PERIODS[:-1]], dtype=np.uint64)[:, None]
_PROBE = 4096


def long_heads(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where a stream begins, and the key that opens it there."""
    if len(data) < 32:
        return
    for at, period in _gzips(data[: _REACH + 10]):
        key = bytes(byte ^ known for byte, known in zip(data[at : at + period], _GZIP, strict=False))
        if any(key) and _inflates(data, at, key):
            yield at, key
            return
    for head in _ZIP:
        key = bytes(byte ^ known for byte, known in zip(data, head, strict=False))
        for period in _PERIODS:
            if key[period:] == key[: len(key) - period] and any(key) and _names(data, key[:period]):
                yield 0, key[:period]
                return


def _gzips(data: bytes) -> list[tuple[int, int]]:
    """Give where gzip may begin, and the length of the key under which it does."""
    column = np.frombuffer(data, dtype=np.uint8)
    count = len(data) - 9
    words = np.ndarray(count, dtype="<u8", buffer=data, strides=(1,)) ^ np.uint64(
        int.from_bytes(_GZIP, "little")
    )
    short = ((words ^ (words >> _SHIFTS)) & _MASKS) == 0
    found = [(int(at), _PERIODS[row]) for row, at in zip(*np.nonzero(short), strict=True)]
    # under a key of eight bytes the two behind are few
    ninth = column[8 : 8 + count] ^ (words & np.uint64(255)).astype(np.uint8)
    tenth = column[9 : 9 + count] ^ ((words >> np.uint64(8)) & np.uint64(255)).astype(np.uint8)
    return found + [(int(at), 8) for at in np.flatnonzero(_MAY[0, ninth] & _MAY[1, tenth])]


def _inflates(data: bytes, at: int, key: bytes) -> bool:
    """Say whether gzip can be read from a place under a key."""
    column = np.frombuffer(data[at : at + _PROBE], dtype=np.uint8)
    plain = (column ^ np.resize(np.frombuffer(key, dtype=np.uint8), len(column))).tobytes()
    if len(plain) < 18 or not (_MAY[0, plain[8]] and _MAY[1, plain[9]]):
        return False
    return not inflate(plain, 10, -15, most=_PROBE).why


def _names(data: bytes, key: bytes) -> bool:
    """Say whether a zip names its first file under a key."""
    plain = bytes(byte ^ key[place % len(key)] for place, byte in enumerate(data[:32]))
    later = bool(plain[6] & 8)  # sizes and check sum follow behind, and are zero here (4.4.4)
    named = 0 < int.from_bytes(plain[26:28], "little") < 256 and plain[30:32].isascii()
    return named and later == (plain[14:26] == bytes(12))
