"""Connections of TLS in which a client says one hello and all else is closed; read by the compiled kernel."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    import numpy.typing as npt

_SPANS = ("hello", "name", "session", "ticket", "identity", "certificate")
CONNECTION = np.dtype([
    ("closed", "<i8", (2,)), ("where", "<i8", (2, 2)), *((name, "<i8", (2,)) for name in _SPANS),
    ("short_hello", "<i8"), ("cut", "<i8", (2,)), ("shape", "<i8", (2,)),
])  # fmt: skip
"""One connection: bytes of each side that stay closed, and half-open ranges of positions in the buffer: from
the first to the last of them, the hello, the name in it, its session's id and ticket, the identity of its
shared key, the server's certificate; 0, 0 for what is not there.  ``short_hello`` is where a ServerHello
begins that says too little, 0 for none; ``cut`` says which sides end inside a closed record.  ``shape`` is
where what is written down of the hello begins, and its length."""
_LONGEST_SHAPE = 2048


@cache
def _call() -> Any:
    call = library().vitne_connections
    call.restype = None
    call.argtypes = [
        ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p,
        ctypes.c_void_p, ctypes.c_uint64,
    ]  # fmt: skip
    return call


def plain_connections(
    data: npt.NDArray[np.uint8], sides: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[Any], bytes]:
    """Read connections (RFC 8446 sections 4 and 5): which are plain, what they are, and shapes of hellos.

    ``sides`` has one row per connection: begin and end of the client's bytes in ``data``, begin and end of
    the server's.  Plain is one whose sides are rows of records, of which the client's begin with its only
    hello.  A shape holds all that the fingerprint and the other facts of a hello follow from, and
    nothing that is random in it.
    """
    data = np.ascontiguousarray(data, dtype=np.uint8)
    sides = np.ascontiguousarray(sides, dtype=np.int64).reshape(-1, 4)
    found = np.zeros(len(sides), dtype=CONNECTION)
    plain = np.zeros(len(sides), dtype=np.uint8)
    hellos = int((sides[:, 1] - sides[:, 0]).clip(0, _LONGEST_SHAPE).sum()) if len(sides) else 0
    shapes = np.empty(hellos + _LONGEST_SHAPE, dtype=np.uint8)
    if len(sides):
        _call()(
            data.ctypes.data, len(data), sides.ctypes.data, len(sides), found.ctypes.data, plain.ctypes.data,
            shapes.ctypes.data, len(shapes),
        )  # fmt: skip
    last = int(found["shape"].sum(axis=1).max()) if len(found) else 0
    return plain.astype(bool), found, shapes[:last].tobytes()
