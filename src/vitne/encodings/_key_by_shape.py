"""Keys of one byte that follow from the shape of a format: UTF-16, frames of WebSocket, small binary records.

specification: RFC 2781; RFC 6455 section 5.2; MessagePack (fixmap, fixstr); RFC 8949 section 3 (maps, texts)
"""

from __future__ import annotations

import collections

from vitne.encodings import encodings
from vitne.encodings._outcomes import structured, telling
from vitne.encodings._websocket_head import head_of, unmask
from vitne.model import Limits

_SHORTEST = 16  # bytes
_FEWEST = 4  # different letters of a text
_MOST = 4  # keys that are tried on a record
_LONGEST_RECORD = 64 << 10  # bytes of a record that is tried
_REST = 24  # bytes of numbers that may follow the last text of a record
_SAMPLE = 512  # bytes of UTF-16 that are looked at
_SHARE = 0.9  # of the high bytes of UTF-16 that are the same
_TABLES = [bytes(byte ^ key for byte in range(256)) for key in range(256)]


def by_shape(data: bytes) -> list[int]:
    """Give the keys under which the data have a shape that noise hardly has; few."""
    if len(data) < _SHORTEST:
        return []
    return _wide(data) or _frame(data) or _record(data)


def _wide(data: bytes) -> list[int]:
    """In UTF-16 of most texts every second byte is zero: under a key it is the key."""
    if len(data) % 2:
        return []
    halves = data[1:_SAMPLE:2], data[0:_SAMPLE:2]
    for high, low in (halves, halves[::-1]):
        byte, count = collections.Counter(high).most_common(1)[0]
        letters = sum(32 <= each ^ byte < 127 for each in low)
        if byte and count >= _SHARE * len(high) and letters >= _SHARE * len(low) and len(set(low)) > _FEWEST:
            return [byte]
    return []


def _frame(data: bytes) -> list[int]:
    """Take a masked frame whose length is that of the data, and that holds something."""
    for first in (0x81, 0x82):
        key = data[0] ^ first
        if not key:
            continue
        plain = data.translate(_TABLES[key])
        head = head_of(plain, 0, 0)
        if head is None or not head.masked or head.head + head.length != len(data):
            continue
        inner = unmask(plain[head.head :], head.mask, 0)
        if telling(inner) or structured(inner):
            return [key]
    return []


def _record(data: bytes) -> list[int]:
    """Take a map of few entries whose first name is a short word, and that is read to its end."""
    found = []
    for encoding, least, base in (("msgpack", 0x80, 0xA0), ("cbor", 0xA0, 0x60)):
        for entries in range(1, 16):
            key = data[0] ^ (least | entries)
            length = (data[1] ^ key) - base
            if not key or not 0 < length < min(24, len(data) - 3):
                continue
            name = bytes(byte ^ key for byte in data[2 : 2 + length])
            if name.isascii() and name.replace(b"_", b"a").replace(b"-", b"a").isalnum():
                found.append((encoding, key))
    return [key for encoding, key in found[:_MOST] if _reads(encoding, data, key)]


def _reads(encoding: str, data: bytes, key: int) -> bool:
    """Say whether an encoding reads the data under a key nearly to their end."""
    if len(data) > _LONGEST_RECORD:
        return False
    plain = data.translate(_TABLES[key])
    children = list(encodings()[encoding].find(plain, Limits(children=64)))
    return bool(children) and max(child.end for child in children) >= len(data) - _REST
