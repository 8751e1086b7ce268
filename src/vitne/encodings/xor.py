"""All bytes combined with one and the same by exclusive or.

summary: every byte combined with one key byte by exclusive or
specification: none; a scheme of senders' own, undone where the key follows from what comes out

The key is not known: it is the one that makes text of the bytes, or the beginning of a compressed stream.
The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from vitne.encodings._inflating import inflate
from vitne.encodings._looks import media, packed
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_SHORTEST = 16  # bytes: 255 keys make text of fewer by chance
_FEWEST = 6  # different bytes: fewer are filling
_LEAST = 3.4  # weight of a letter at the least, on the mean: texts of records reach four
_MOST = 4  # keys of which each makes text
_SAMPLE = 512  # bytes of which each key has to make text
_HEADS = (
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"\x78\x9c",
    b"\x78\xda",
    b"\x78\x01",
    b"PK\x03\x04",
    b"BZh",
    b"\xfd7zXZ",
    b"\x04\x22\x4d\x18",
)
# how texts of senders begin: a document, a pair of name and value; or a text of letters throughout
_SHAPE = re.compile(
    rb"[ \t\r\n]*(?:[\[{][ \t\r\n]*[\[{\"]|<[?!A-Za-z]|[A-Za-z_][0-9A-Za-z_.-]{0,40}[=:]"
    rb"|[0-9A-Za-z+/_=.:@, -]+\Z)"
)
_PRINTABLE = np.zeros(256, dtype=np.int64)
_PRINTABLE[[9, 10, 13, *range(32, 127)]] = 1
_ALL = np.arange(256)


_TABLES = [bytes(byte ^ key for byte in range(256)) for key in range(256)]


class Xor:
    """Found only as the whole data, where a key makes them text or a known format."""

    name = "xor"
    summary = "every byte combined with one key byte by exclusive or"
    specification = "none; undone where the key follows from what comes out"
    family: Family = "binary"
    order = 97
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the data under the keys that make something of them."""
        if len(data) >= _SHORTEST and not media(data):
            for key in _by_head(data) or _by_text(data):
                yield _child(data, key, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the data under the key that makes something of them.  Raises Malformed where none does."""
        keys = _by_head(data) or _by_text(data)
        if not keys:
            raise Malformed("no key makes text or a known format of the bytes", at=0)
        yield _child(data, keys[0], limits)

    def wrap(self, child: Child) -> bytes:
        """Combine again with the key."""
        return _combined(child.data, dict(child.params)["key"])

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) stand: at the same place."""
        del data
        return child.start + start, child.start + end


def _combined(data: bytes, key: int) -> bytes:
    return data.translate(_TABLES[key])


def _child(data: bytes, key: int, limits: Limits) -> Child:
    raw = data[: limits.size]
    whole = len(raw) == len(data)
    return Child(data=_combined(raw, key), start=0, end=len(raw), params=(("key", key),), complete=whole)


def _by_head(data: bytes) -> list[int]:
    """Give the key that makes the beginning of a compressed stream."""
    for head in _HEADS:
        key = data[0] ^ head[0] if data else 0
        if key and data.startswith(_combined(head, key)) and _fits(_combined(data[:_SAMPLE], key)):
            return [key]
    return []


def _fits(plain: bytes) -> bool:
    """Say whether a stream begins here; of zlib, whose head is short, some of it has to be read."""
    return packed(plain) and (plain[0] != 0x78 or not inflate(plain, 0, 15, most=4096).why)


def _by_text(data: bytes) -> list[int]:
    """Give the keys that make text of the bytes, the likeliest first."""
    sample = data[:_SAMPLE]
    high = len(sample) - len(sample.translate(None, _HIGH))
    if len(sample) < _SHORTEST or 0 < high < len(sample):
        return []  # the highest bit of a text is zero, and under a key it is the same all over
    counts = np.bincount(np.frombuffer(sample, dtype=np.uint8), minlength=256)
    there = np.flatnonzero(counts)
    if len(there) < _FEWEST:
        return []
    fitting = np.flatnonzero(_PRINTABLE[_ALL[:, None] ^ there[None, :]] @ counts[there] == len(sample))
    keys = [int(key) for key in fitting]
    if not keys or 0 in keys:
        return []
    # of several keys those whose texts have most of the letters that records are written in
    weights = _WEIGHTS[_ALL[keys][:, None] ^ there[None, :]] @ counts[there]
    best = sorted(range(len(keys)), key=lambda at: -int(weights[at]))[:_MOST]
    return [
        keys[at]
        for at in best
        if weights[at] >= _LEAST * len(sample) and _SHAPE.match(_combined(sample, keys[at]))
    ]


_HIGH = bytes(range(128, 256))
_WEIGHTS = np.zeros(256, dtype=np.int64)
_WEIGHTS[list(b'abcdefghijklmnopqrstuvwxyz ":,=&{}')] = 4
_WEIGHTS[list(b"0123456789")] = 6
_WEIGHTS[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ[].-_/+@")] = 3

encoding = Xor()
