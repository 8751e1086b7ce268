"""Keys of one byte that follow from the shape of a format: UTF-16, frames of WebSocket, small binary records.

specification: RFC 2781; RFC 6455 section 5.2; MessagePack (fixmap, fixstr); RFC 8949 section 3 (maps, texts)
"""

from __future__ import annotations

import collections

_SHORTEST = 16  # bytes
_SAMPLE = 512  # bytes of UTF-16 that are looked at
_SHARE = 0.9  # of the high bytes of UTF-16 that are the same
_LONG_FRAME, _LONGEST_FRAME = 126, 65535


def by_shape(data: bytes) -> list[int]:
    """Give the keys under which the data have a shape that noise hardly has; few."""
    if len(data) < _SHORTEST:
        return []
    return _wide(data) or _frame(data) or _record(data)


def _wide(data: bytes) -> list[int]:
    """In UTF-16 of most texts every second byte is zero: under a key it is the key."""
    if len(data) % 2:
        return []
    for half in (data[1:_SAMPLE:2], data[0:_SAMPLE:2]):
        byte, count = collections.Counter(half).most_common(1)[0]
        if byte and count >= _SHARE * len(half):
            return [byte]
    return []


def _frame(data: bytes) -> list[int]:
    """Take a masked frame whose length is that of the data."""
    for first in (0x81, 0x82):
        key = data[0] ^ first
        length = (data[1] ^ key) - 0x80
        if not key:
            continue
        if 0 < length < _LONG_FRAME and length + 6 == len(data):
            return [key]
        told = int.from_bytes(bytes((data[2] ^ key, data[3] ^ key)), "big")
        if length == _LONG_FRAME and told + 8 == len(data) <= _LONGEST_FRAME:
            return [key]
    return []


def _record(data: bytes) -> list[int]:
    """Take a map of few entries whose first name is a short word: MessagePack, then CBOR."""
    found = []
    for least, base in ((0x80, 0xA0), (0xA0, 0x60)):
        for entries in range(1, 16):
            key = data[0] ^ (least | entries)
            length = (data[1] ^ key) - base
            if not key or not 0 < length < min(24, len(data) - 3):
                continue
            name = bytes(byte ^ key for byte in data[2 : 2 + length])
            if name.isascii() and name.replace(b"_", b"a").replace(b"-", b"a").isalnum():
                found.append(key)
    return found[:4]
