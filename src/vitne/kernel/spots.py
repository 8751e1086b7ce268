"""Where bytes of an unknown protocol announce something worth unwrapping; found by the compiled kernel."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    import numpy.typing as npt

MOST = 1 << 20
"""Spots that are told of one stretch of bytes."""


@cache
def _call() -> Any:
    call = library().vitne_spots
    call.restype = ctypes.c_uint64
    call.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64]
    return call


def spots(data: bytes, most: int = MOST) -> npt.NDArray[np.uint64]:
    """Give positions, ascending, at which something is announced; at most ``most`` of them.

    That is a run of eight or more characters of ASCII text, one of six in UTF-16, or the first bytes of zlib
    (RFC 1950), gzip (RFC 1952) or zstd (RFC 8878).
    """
    room = min(most, len(data) // 2 + 1)
    found = np.empty(room, dtype=np.uint64)
    count = int(_call()(data, len(data), found.ctypes.data, room))
    return found[:count]
