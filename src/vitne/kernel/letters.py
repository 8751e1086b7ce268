"""Letters that stand for bytes, by the compiled kernel: a first look at base64, and numbers in any base."""

from __future__ import annotations

import ctypes
import threading
from functools import cache
from typing import Any

from vitne.kernel.library import library

LARGEST_BASE = 256
_WORDS = 2048  # of 32 bits, of a number for which room is kept


@cache
def _look() -> Any:
    call = library().vitne_letters
    call.restype = ctypes.c_uint32
    call.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64]
    return call


@cache
def _number() -> Any:
    call = library().vitne_number
    call.restype = ctypes.c_uint64
    call.argtypes = [
        ctypes.c_char_p, ctypes.c_uint64, ctypes.c_char_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint64,
    ]  # fmt: skip
    return call


class _Words(threading.local):
    """Room for a number, kept for each thread: others run while the kernel reckons."""

    def __init__(self) -> None:
        self.words = (ctypes.c_uint32 * _WORDS)()


_room = _Words()


def may_begin_inside(data: bytes, start: int, end: int) -> bool:
    """Say whether base64 that speaks for itself may begin inside a run of letters; no is certain, yes is not.

    Looked at are the three places behind the first letter, and those behind slashes.
    """
    return bool(_look()(data, start, min(end, len(data))))


def number_of(letters: bytes, values: bytes, base: int) -> bytes:
    """Read letters as digits of one number, the highest first, and give its bytes, the highest first.

    ``values`` tells the value of each of the 256 bytes, which has to be below the base.  The work grows with
    the square of the letters.
    """
    if not 2 <= base <= LARGEST_BASE or len(values) != 256:
        raise ValueError("a base of 2 to 256, and the values of all bytes")
    room = len(letters) * (base - 1).bit_length() // 32 + 1
    words = _room.words if room <= _WORDS else (ctypes.c_uint32 * room)()
    place = ctypes.addressof(words)
    used: int = _number()(letters, len(letters), values, base, place, room)
    return ctypes.string_at(place, 4 * used).rstrip(b"\x00")[::-1]
