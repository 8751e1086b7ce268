"""Bytes combined by exclusive or with a key of a few bytes, over and over.

summary: a short key combined with the bytes by exclusive or, over and over
specification: none; a scheme of senders' own, undone where the key follows from what comes out

The key is not known.  One byte is that which makes text of the bytes, or a compressed stream's beginning;
several follow from the fixed beginning of gzip and zip, or stand before the text themselves; all others
follow from a value that is known to stand there.  The format has no end: a cut-off text cannot be told from
a whole one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.encodings._inflating import inflate
from vitne.encodings._key_by_shape import by_shape, wide
from vitne.encodings._keyed_text import SAMPLE, SHORTEST, of_one_kind, texts_among
from vitne.encodings._long_heads import long_heads
from vitne.encodings._looks import media, packed, readable
from vitne.kernel.guesses import HEAD, LONG, SENT, TEXT, WIDE, guesses
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.kernel.guesses import Guesses
    from vitne.model import Limits

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
_SENT = (4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64)  # bytes of a key that stands before the text
_LEAST_SENT = 24  # bytes of text behind such a key: no other bytes read so by chance
_ALL = np.arange(256)
_TABLES = [row.tobytes() for row in np.bitwise_xor.outer(_ALL, _ALL).astype(np.uint8)]
_HIGH, _VISIBLE = bytes(range(128, 256)), bytes(range(32, 127))


class Xor:
    """Found as the whole data, or as all behind a key or a head, where a key makes something of them."""

    name = "xor"
    summary = "a short key combined with the bytes by exclusive or, over and over"
    specification = "none; undone where the key follows from what comes out"
    family: Family = "binary"
    order = 97
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the data under the keys that make something of them."""
        if len(data) < SHORTEST or media(data):
            return
        may = guesses(data)
        keys = _short_keys(data, may)
        for key in keys:
            yield opened(data, bytes([key]), limits)
        if keys:
            return
        for start, long in long_heads(data) if may.ways & LONG else ():
            yield opened(data, long, limits, span=(start, len(data)))
            return
        length = _sent(data) if may.ways & SENT else 0
        if length:
            yield opened(data, data[:length], limits, span=(length, len(data)))

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the data under the key that makes something of them.  Raises Malformed where none does."""
        found = next(self.find(data, limits), None)
        if found is None:
            raise Malformed("no key makes text or a known format of the bytes", at=0)
        yield found

    def wrap(self, child: Child) -> bytes:
        """Combine again with the key."""
        return combined(child.data, key_of(dict(child.params)["key"]))

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) stand: at the same place."""
        del data
        return child.start + start, child.start + end


def key_of(told: Any) -> bytes:
    """Read a key as results tell it: a number for one byte, hexadecimal digits for several."""
    return bytes([told]) if isinstance(told, int) else bytes.fromhex(told)


def combined(data: bytes, key: bytes) -> bytes:
    """Combine data with a key, over and over."""
    if len(key) == 1:
        return data.translate(_TABLES[key[0]])
    column = np.frombuffer(data, dtype=np.uint8)
    return (column ^ np.resize(np.frombuffer(key, dtype=np.uint8), len(column))).tobytes()


def opened(data: bytes, key: bytes, limits: Limits, *, span: tuple[int, int] | None = None) -> Child:
    """Give a range of the data under a key."""
    start, end = span if span is not None else (0, len(data))
    raw = data[start : min(end, start + limits.size)]
    return Child(
        data=combined(raw, key),
        start=start,
        end=start + len(raw),
        params=(("key", key[0] if len(key) == 1 else key.hex()),),
        complete=start + len(raw) == end,
    )


def _short_keys(data: bytes, may: Guesses) -> list[int]:
    """Give the keys of one byte that make something of the bytes, by the first way that finds any."""
    return (
        (_by_head(data) if may.ways & HEAD else [])
        or (wide(data) if may.ways & WIDE else [])
        or (_by_text(data) if may.ways & TEXT else [])
        or by_shape(data, may)
    )


def _by_head(data: bytes) -> list[int]:
    """Give the key that makes the beginning of a compressed stream."""
    for head in _HEADS:
        key = data[0] ^ head[0] if data else 0
        if key and data.startswith(head.translate(_TABLES[key])):
            plain = data[:SAMPLE].translate(_TABLES[key])
            if _fits(plain):
                return [key]
    return []


def _fits(plain: bytes) -> bool:
    """Say whether a stream begins here; of zlib, whose head is short, some of it has to be read."""
    return packed(plain) and (plain[0] != 0x78 or not inflate(plain, 0, 15, most=4096).why)


def _by_text(data: bytes) -> list[int]:
    """Give the keys that make text of the bytes, the likeliest first; none where they are text."""
    sample = data[:SAMPLE]
    high = len(sample) - len(sample.translate(None, _HIGH))
    if 0 < high < len(sample):
        return []  # the highest bit of a text is zero, and under a key it is the same all over
    found = texts_among(data, lambda there: _ALL[:, None] ^ there[None, :], _TABLES)
    return found if 0 not in found else []


def relettered(data: bytes) -> list[int]:
    """Give the keys under which a readable text stands for other bytes, while as it is it says nothing."""
    if of_one_kind(data):
        return []
    found = texts_among(data, lambda there: _ALL[:, None] ^ there[None, :], _TABLES)
    return wide(data) or [key for key in found if key and of_one_kind(data.translate(_TABLES[key]))]


def _sent(data: bytes) -> int:
    """Give the length of a key that stands before the text, 0 where none does."""
    first = int.from_bytes(data[:4], "little")
    for length in _SENT:
        if len(data) - length < _LEAST_SENT:
            return 0
        # the first bytes tell nearly all lengths wrong
        told = int.from_bytes(data[length : length + 4], "little") ^ first
        if not told & 0x80808080 and not told.to_bytes(4, "little").translate(None, _VISIBLE):
            rest = data[length : length + 64]
            plain = combined(rest, data[:length])
            if _mostly_ascii(plain):
                return length
    return 0


def _mostly_ascii(plain: bytes) -> bool:
    """Say whether bytes are text most of which is ASCII; a letter may be cut off at their end."""
    high = len(plain) - len(plain.translate(None, _HIGH))
    if not high:
        return readable(plain)
    return high * 3 <= len(plain) - _LEAST_SENT and any(
        readable(plain[: len(plain) - cut]) for cut in range(4)
    )


encoding = Xor()
