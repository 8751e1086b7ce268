"""Which short keys may make something of bytes that nobody can read: a compiled look at each way of guessing.

A way that is not told cannot succeed; one that is told has to be looked at closer.
"""

from __future__ import annotations

import ctypes
import threading
from functools import cache
from typing import Any, NamedTuple

from vitne.kernel.library import library

HEAD, WIDE, TEXT, ADDED, FRAME, RECORD, MESSAGE, BROTLI, DEFLATE, LONG, SENT = (1 << bit for bit in range(11))
"""A compressed stream's head, UTF-16, text by exclusive or, text by addition, a frame of WebSocket, a map, a
message of protobuf, a stream of brotli, one of deflate, gzip or zip under several bytes, a key before the
text."""
SHORTEST = 16  # bytes below which nothing is guessed
_MOST = 64  # keys of deflate


class Guesses(NamedTuple):
    """What may be made of some bytes."""

    ways: int  # sum of the ways that may succeed
    deflated: bytes  # keys of one byte under which a last block of deflate may begin


class _Room(threading.local):
    """What the kernel writes to, made once for each thread: others run while it looks."""

    def __init__(self) -> None:
        self.call: Any = library().vitne_guess
        self.call.restype = ctypes.c_uint32
        self.call.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p]
        self.keys = ctypes.create_string_buffer(_MOST)
        self.count = ctypes.c_uint32()
        self.places = ctypes.addressof(self.keys), ctypes.addressof(self.count)


_room = cache(_Room)
_NOTHING = Guesses(0, b"")
_last: tuple[bytes, Guesses] = (b"", _NOTHING)  # two encodings ask about the same data in turn


def guesses(data: bytes) -> Guesses:
    """Say which ways of guessing a key may succeed on some bytes."""
    global _last  # noqa: PLW0603  (a memory of one, and of nothing but what the data say)
    if _last[0] is data:
        return _last[1]
    if len(data) < SHORTEST:
        return _NOTHING
    room = _room()
    ways = room.call(data, len(data), *room.places)
    told = Guesses(ways, room.keys.raw[: room.count.value] if ways & DEFLATE else b"")
    _last = data, told
    return told
