"""Where the messages of plain HTTP/1.x conversations begin and end; found by the compiled kernel."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    import numpy.typing as npt

MESSAGE = np.dtype([
    (name, "<i8") for name in (
        "exchange", "side", "start", "body", "end", "status", "method_end", "target", "target_end", "host",
        "host_end", "type", "type_end", "coding", "coding_end", "chunked", "first_line", "lines",
    )
])  # fmt: skip
"""One message: its conversation, its side (0 asks), positions in the buffer (half-open ranges; 0, 0 for what
is not there), its status (0 for a request) and which header lines are its own."""
LINE = np.dtype([("start", "<i8"), ("end", "<i8"), ("value", "<i8")])
"""One header line: its range without CR LF, and where its value begins."""
_LEAST = 16  # bytes of the shortest request and of the shortest answer
_SHORTEST_LINE = 3


@cache
def _call() -> Any:
    call = library().vitne_plain_http
    call.restype = None
    call.argtypes = [
        ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64,
        ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    return call


def plain_http(
    data: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[Any], npt.NDArray[Any]]:
    """Frame conversations: say which are plain, and give their messages and header lines as columns.

    ``ends`` has one row per conversation: begin and end of the asking side in ``data``, begin and end of the
    answering side.  Plain is one in which each side is a row of whole messages by RFC 9112 sections 2 to 6
    and nothing else, each request with its answer: no interim answers, no upgrade, no head that contradicts
    itself.
    """
    count = len(ends)
    ends = np.ascontiguousarray(ends, dtype=np.int64)
    size = int((ends[:, 1] - ends[:, 0] + ends[:, 3] - ends[:, 2]).clip(0).sum()) if count else 0
    rows = np.empty(min(size // _LEAST + 1, 1 << 20), dtype=MESSAGE)
    lines = np.empty(min(size // _SHORTEST_LINE + 1, 1 << 22), dtype=LINE)
    plain = np.zeros(count, dtype=np.uint8)
    written = np.zeros(2, dtype=np.uint64)
    if count:
        _call()(
            data.ctypes.data, len(data), ends.ctypes.data, count, rows.ctypes.data, len(rows),
            lines.ctypes.data, len(lines), plain.ctypes.data, written.ctypes.data,
        )  # fmt: skip
    return plain.astype(bool), rows[: int(written[0])], lines[: int(written[1])]
