"""Whether bytes of an unknown protocol announce something worth unwrapping; told by the compiled kernel."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    import numpy.typing as npt


@cache
def _call() -> Any:
    call = library().vitne_announced
    call.restype = None
    call.argtypes = [
        ctypes.c_char_p,
        ctypes.c_uint64,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_uint64,
        ctypes.c_void_p,
    ]
    return call


def announced(
    data: bytes, starts: npt.NDArray[np.integer], lengths: npt.NDArray[np.integer]
) -> npt.NDArray[np.bool_]:
    """Say of each stretch of some bytes, given by start and length, whether something is announced in it.

    That is a run of eight or more characters of ASCII text, one of six in UTF-16, or, in the first 64 KiB,
    the first bytes of zlib (RFC 1950), gzip (RFC 1952) or zstd (RFC 8878).  In a stretch as even as noise a
    run of text counts from the length on at which chance would hardly ever write it.  A stretch that does
    not lie in the data announces nothing.
    """
    begins = np.ascontiguousarray(starts, dtype=np.int64)
    sizes = np.ascontiguousarray(lengths, dtype=np.int64)
    if len(begins) != len(sizes):
        raise ValueError("one length per start")
    said = np.zeros(len(begins), dtype=np.bool_)
    _call()(data, len(data), begins.ctypes.data, sizes.ctypes.data, len(begins), said.ctypes.data)
    return said
