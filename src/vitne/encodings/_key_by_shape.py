"""Keys of one byte that follow from the shape of a format: UTF-16, frames of WebSocket, records, streams.

specification: RFC 2781; RFC 6455 section 5.2; MessagePack (fixmap, fixstr); RFC 8949 section 3 (maps, texts);
Protocol Buffers encoding; RFC 1951 section 3.2.3; RFC 7932 section 9.1
"""

from __future__ import annotations

import collections
import zlib
from typing import TYPE_CHECKING

import numpy as np

from vitne.encodings import encodings
from vitne.encodings._outcomes import structured, telling
from vitne.encodings._proto_fields import LENGTH, carries, fields, plausible
from vitne.encodings._websocket_head import head_of, unmask
from vitne.kernel.guesses import BROTLI, DEFLATE, FRAME, MESSAGE, RECORD
from vitne.model import Limits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.kernel.guesses import Guesses

_SHORTEST = 16  # bytes
_FEWEST = 4  # different letters of a text
_MOST = 4  # keys that are tried on a record
_LONGEST_RECORD = 64 << 10  # bytes of a record that is tried
_REST = 24  # bytes of numbers that may follow the last text of a record
_SAMPLE = 512  # bytes of UTF-16 that are looked at
_SHARE = 0.9  # of the high bytes of UTF-16 that are the same
_TAGS = (0x08, 0x0A, 0x12, 0x10, 0x1A, 0x18)  # of the first field: number one, two or three
_MANY = 64  # bytes that no chance reads to their last
_GLANCE, _PROBE = 16, 64  # bytes in which a wrong key shows with many streams, and with most
_MOST_FIELDS = 512  # of a message that are read
_STREAM = Limits(size=1 << 20)
# the first byte of a stream: windows as large as libraries take them
_BROTLI = (0x1B, 0x8B, 0x0B)
_ALL = np.arange(256)
_TABLES = [row.tobytes() for row in np.bitwise_xor.outer(_ALL, _ALL).astype(np.uint8)]


def by_shape(data: bytes, may: Guesses) -> list[int]:
    """Give the keys under which the data have a shape that noise hardly has; few.

    ``may`` is what the kernel says of the data at a first look.
    """
    ways = may.ways
    return (
        (_frame(data) if ways & FRAME else [])
        or (_record(data) if ways & RECORD else [])
        or (_message(data) if ways & MESSAGE else [])
        or (_stream(data, may) if ways & (BROTLI | DEFLATE) else [])
    )


def wide(data: bytes) -> list[int]:
    """In UTF-16 of most texts every second byte is zero: under a key it is the key."""
    if len(data) % 2 or len(data) < _SHORTEST:
        return []
    halves = data[1:_SAMPLE:2], data[0:_SAMPLE:2]
    for high, low in (halves, halves[::-1]):
        byte, count = collections.Counter(high).most_common(1)[0]
        if not byte or count < _SHARE * len(high):
            continue
        letters = sum(32 <= each ^ byte < 127 for each in low)
        if letters >= _SHARE * len(low) and len(set(low)) > _FEWEST:
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


def _message(data: bytes) -> list[int]:
    """Take a protobuf message that is read to its end, one of whose first fields begins it."""
    if len(data) > _LONGEST_RECORD or len(set(data[:_SAMPLE])) <= _FEWEST:
        return []
    for tag in _TAGS:
        key = data[0] ^ tag
        length = data[1] ^ key
        if not key or (tag & 7 == LENGTH and length < 0x80 and length > len(data) - 2):
            continue
        plain = data.translate(_TABLES[key])
        found, end = fields(plain, _MOST_FIELDS)
        read = end == len(plain) or len(found) == _MOST_FIELDS
        if read and (plausible(plain) or carries(plain)):
            return [key]
    return []


def _stream(data: bytes, may: Guesses) -> list[int]:
    """Take one stream of brotli or deflate that ends with the data and holds something."""
    if len(data) > _LONGEST_RECORD:
        return []
    deflated = _deflated(data, may.deflated)
    for name, keys in (("brotli", [data[0] ^ first for first in _BROTLI]), ("deflate", deflated)):
        for key in keys:
            plain = data.translate(_TABLES[key]) if key else b""
            child = next(iter(encodings()[name].find(plain, _STREAM)), None)
            if child is not None and child.complete and _says(data, child.data):
                return [key]
    return []


def _says(data: bytes, out: bytes) -> bool:
    """Say whether what comes out of a stream is something, or out of many bytes."""
    return len(out) >= _SHORTEST and (len(data) >= _MANY or telling(out) or structured(out))


def _deflated(data: bytes, keys: Iterable[int]) -> list[int]:
    """Give those keys under which no fault of deflate shows at first."""
    head, probe = data[:_GLANCE], data[:_PROBE]
    return [key for key in keys if _begins(head, key) and _begins(probe, key)]


def _begins(head: bytes, key: int) -> bool:
    """Say whether no fault of deflate shows in the first bytes under a key."""
    try:
        zlib.decompressobj(-15).decompress(head.translate(_TABLES[key]), 1024)
    except zlib.error:
        return False
    return True


def _reads(encoding: str, data: bytes, key: int) -> bool:
    """Say whether an encoding reads the data under a key nearly to their end."""
    if len(data) > _LONGEST_RECORD:
        return False
    plain = data.translate(_TABLES[key])
    children = list(encodings()[encoding].find(plain, Limits(children=64)))
    return bool(children) and max(child.end for child in children) >= len(data) - _REST
