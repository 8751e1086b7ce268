"""One look at some bytes by the compiled kernel: marks and runs in them, and whether anything is wrapped."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

from vitne.kernel.library import library

if TYPE_CHECKING:
    from collections.abc import Sequence

RUN, ALONE, BEYOND_ASCII = 1 << 60, 1 << 61, 1 << 62
"""Twelve letters of base64 in a row, sixteen letters and digits in a row, bytes of 128 and more."""
MOST_MARKS = 48
LONGEST_MARK = 12  # bytes
_ALL = (1 << 64) - 1


class _Marks(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_uint32),
        ("lengths", ctypes.c_uint8 * MOST_MARKS),
        ("bytes", (ctypes.c_uint8 * LONGEST_MARK) * MOST_MARKS),
    )


@cache
def _kinds() -> Any:
    kinds = (ctypes.c_uint8 * 256)()
    library().vitne_kinds(kinds)
    return kinds


@cache
def _wraps() -> tuple[Any, int]:
    call = library().vitne_wraps
    call.restype = ctypes.c_uint32
    call.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64]
    return call, ctypes.addressof(_kinds())


def may_wrap(data: bytes) -> bool:
    """Say whether anything may be wrapped in a text: a mark, a run of letters, pairs, a plus, rare marks."""
    call, kinds = _wraps()
    return bool(call(kinds, data, len(data)))


class Marks:
    """Some marks that are looked for at once."""

    def __init__(self, marks: Sequence[bytes]) -> None:
        """Take at most 48 marks of one to twelve bytes."""
        if len(marks) > MOST_MARKS or not all(1 <= len(mark) <= LONGEST_MARK for mark in marks):
            raise ValueError("at most 48 marks of one to twelve bytes")
        self._set = _Marks(count=len(marks))
        for row, mark in enumerate(marks):
            self._set.lengths[row] = len(mark)
            self._set.bytes[row][: len(mark)] = mark
        self._call = library().vitne_look
        self._call.restype = ctypes.c_uint64
        self._call.argtypes = [
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64,
        ]  # fmt: skip
        self._places = ctypes.addressof(self._set), ctypes.addressof(_kinds())

    def look(self, data: bytes, reach: int = _ALL) -> int:
        """Say which marks stand in the first ``reach`` bytes, a bit each; and what runs in all the data."""
        told: int = self._call(*self._places, data, len(data), reach)
        return told
