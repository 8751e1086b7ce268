"""The ways of guessing a key that succeed on some bytes, each tried by its own closer look."""

from __future__ import annotations

from vitne.encodings import _key_by_shape as shapes
from vitne.encodings import add, xor
from vitne.encodings._long_heads import long_heads
from vitne.kernel import guesses as ways


def under(key: bytes, data: bytes) -> bytes:
    """Combine data with a key, over and over."""
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data))


def ways_of(data: bytes) -> int:
    """Give the sum of the ways that find a key."""
    if len(data) < ways.SHORTEST:
        return 0
    found = {
        ways.HEAD: xor._by_head(data),
        ways.WIDE: shapes.wide(data),
        ways.TEXT: xor._by_text(data),
        ways.ADDED: add._numbers(data),
        ways.FRAME: shapes._frame(data),
        ways.RECORD: shapes._record(data),
        ways.MESSAGE: shapes._message(data),
        ways.LONG: list(long_heads(data)),
        ways.SENT: xor._sent(data),
    }
    return sum(way for way, keys in found.items() if keys)
