"""Keys of one byte that follow from the shape of a format: UTF-16, frames of WebSocket, records, streams.

specification: RFC 2781; RFC 6455 section 5.2; MessagePack (fixmap, fixstr); RFC 8949 section 3 (maps, texts);
Protocol Buffers encoding; RFC 1951 section 3.2.3; RFC 7932 section 9.1
"""

from __future__ import annotations

import collections
import zlib

import numpy as np

from vitne.encodings import encodings
from vitne.encodings._outcomes import structured, telling
from vitne.encodings._proto_fields import carries, field, plausible
from vitne.encodings._websocket_head import head_of, unmask
from vitne.model import Limits

_SHORTEST = 16  # bytes
_FEWEST = 4  # different letters of a text
_MOST = 4  # keys that are tried on a record
_LONGEST_RECORD = 64 << 10  # bytes of a record that is tried
_REST = 24  # bytes of numbers that may follow the last text of a record
_SAMPLE = 512  # bytes of UTF-16 that are looked at
_SHARE = 0.9  # of the high bytes of UTF-16 that are the same
_TAGS = (0x08, 0x0A, 0x12, 0x10, 0x1A, 0x18)  # of the first field: number one, two or three
_MANY = 64  # bytes that no chance reads to their last
_PROBE = 64  # bytes in which a wrong key shows with most streams
_STREAM = Limits(size=1 << 20)
# the first byte of a stream: windows as large as libraries take them; a last block with trees
_FIRSTS = (
    ("brotli", (0x1B, 0x8B, 0x0B)),
    ("deflate", tuple(byte for byte in range(256) if byte & 7 in {3, 5})),
)
_ALL = np.arange(256)
_TABLES = [row.tobytes() for row in np.bitwise_xor.outer(_ALL, _ALL).astype(np.uint8)]


def by_shape(data: bytes) -> list[int]:
    """Give the keys under which the data have a shape that noise hardly has; few."""
    if len(data) < _SHORTEST:
        return []
    return _frame(data) or _record(data) or _message(data) or _stream(data)


def wide(data: bytes) -> list[int]:
    """In UTF-16 of most texts every second byte is zero: under a key it is the key."""
    if len(data) % 2 or len(data) < _SHORTEST:
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


def _message(data: bytes) -> list[int]:
    """Take a protobuf message that is read to its end, one of whose first fields begins it."""
    if len(data) > _LONGEST_RECORD or len(set(data[:_SAMPLE])) <= _FEWEST:
        return []
    for tag in _TAGS:
        key = data[0] ^ tag
        plain = data.translate(_TABLES[key])
        if key and field(plain, 0) is not None and (plausible(plain) or carries(plain)):
            return [key]
    return []


def _stream(data: bytes) -> list[int]:
    """Take one stream of brotli or deflate that ends with the data and holds something."""
    if len(data) > _LONGEST_RECORD:
        return []
    for name, firsts in _FIRSTS:
        for first in firsts:
            key = data[0] ^ first
            if key and (name == "brotli" or _begins(data[:_PROBE].translate(_TABLES[key]))):
                plain = data.translate(_TABLES[key])
                child = next(iter(encodings()[name].find(plain, _STREAM)), None)
                if child is not None and child.complete and _says(data, child.data):
                    return [key]
    return []


def _says(data: bytes, out: bytes) -> bool:
    """Say whether what comes out of a stream is something, or out of many bytes."""
    return len(out) >= _SHORTEST and (len(data) >= _MANY or telling(out) or structured(out))


def _shares() -> list[int]:
    """Give how much of all codes four lengths take, as they stand in a block, in 128ths."""
    one = [0, *(1 << (7 - length) for length in range(1, 8))]
    two = [first + second for first in one for second in one]
    return [first + second for first in two for second in two]


_SHARES = _shares()


def _has_trees(plain: bytes) -> bool:
    """Say whether a block of deflate with trees may begin so: its first code is complete (section 3.2.7)."""
    bits = int.from_bytes(plain[:10], "little")
    if bits >> 3 & 31 > 29 or bits >> 8 & 31 > 29:
        return False
    lengths = bits >> 17 & ((1 << 3 * ((bits >> 13 & 15) + 4)) - 1)
    return sum(_SHARES[lengths >> shift & 0xFFF] for shift in (0, 12, 24, 36, 48)) == 128


def _begins(plain: bytes) -> bool:
    """Say whether no fault of deflate shows in the first bytes."""
    if plain[0] & 6 == 4 and not _has_trees(plain):
        return False
    try:
        zlib.decompressobj(-15).decompress(plain, 1024)
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
