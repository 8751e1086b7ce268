"""Whether some bytes may be a record of values behind tags and lengths; the compiled kernel's first look."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from vitne.kernel.library import library


@cache
def _call() -> Any:
    call = library().vitne_values
    call.restype = ctypes.c_uint32
    call.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64]
    return call


def may_be_values(data: bytes, most: int) -> bool:
    """Say whether two or more values may fill the data in any form; no is certain, yes is not.

    ``most`` is the number of values after which a reader stops.
    """
    return bool(_call()(data, len(data), max(most, 0)))
