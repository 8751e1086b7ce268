"""The packet walk and the assembler of the kernel, as ctypes calls and NumPy views.

The dtypes repeat the structures of ``walk.h`` and ``assemble.c``; a test compares their sizes.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_int, c_uint8, c_uint32, c_uint64, c_void_p
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from vitne.kernel.library import library

if TYPE_CHECKING:
    from vitne.model import RecordChunk

ROW = np.dtype(
    [("time", "<i8"), ("place", "<u8"), ("position", "<i8"), ("size", "<u4"), ("flow", "<u4")], align=True
)
FLOW = np.dtype(
    [
        ("address", "u1", (2, 16)),
        ("port", "<u2", (2,)),
        ("mac", "<u2", (2,)),
        ("protocol", "u1"),
        ("family", "u1"),
        ("tunnel", "u1"),
        ("reset", "u1"),
        ("side", "u1", (2,)),
        ("spare", "<u2"),
        ("low", "<u4", (2,)),
        ("range", "<i8", (2,)),
        ("acked", "<i8", (2,)),
    ],
    align=True,
)
TALLY = np.dtype(
    [("kind", "<u4"), ("value", "<u4"), ("count", "<u8"), ("first_row", "<u4"), ("capture", "<u4")]
)
HOLE = np.dtype([("offset", "<i8"), ("length", "<i8"), ("count", "<u8"), ("flow", "<u4"), ("kind", "<u4")])
CLASH = np.dtype([("offset", "<i8"), ("flow", "<u4"), ("row", "<u4"), ("count", "<u8")])
TALLIES = 4096
TUNNELS = 256
SPILL_FROM = 128 << 20  # bytes of a table that are held in memory alone; a larger one goes to a file
_LASTING = "/var/tmp"  # noqa: S108  (files without names; unlike /tmp it is never memory)
NO_ROW = 0xFFFFFFFF
NO_FLOW = 0xFFFFFFFF
SIZE_BITS = 24
SIZE_MOST = 0xFFFFFF
ROW_ARENA, ROW_DUPLICATE, ROW_FRAGMENT, ROW_SYN = 1, 2, 4, 8
SIDE_BORROW, SIDE_ACKED, SIDE_SENT, SIDE_SYN = 8, 32, 64, 128


class Columns(ctypes.Structure):
    """``Batch`` of assemble.c: where the assembler writes; see model.StreamBatch."""

    _fields_ = (
        ("data", c_void_p),
        ("size", c_uint64),
        ("used", c_uint64),
        ("piece_flow", c_void_p),
        ("piece_side", c_void_p),
        ("piece_start", c_void_p),
        ("piece_end", c_void_p),
        ("piece_base", c_void_p),
        ("piece_last", c_void_p),
        ("piece_room", c_uint64),
        ("piece_count", c_uint64),
        ("run_piece", c_void_p),
        ("run_position", c_void_p),
        ("run_length", c_void_p),
        ("run_offset", c_void_p),
        ("run_row", c_void_p),
        ("run_room", c_uint64),
        ("run_count", c_uint64),
        ("holes", c_void_p),
        ("hole_room", c_uint64),
        ("hole_count", c_uint64),
        ("clashes", c_void_p),
        ("clash_room", c_uint64),
        ("clash_count", c_uint64),
    )


_CALLS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "walk_new": (c_void_p, ()),
    "walk_free": (None, (c_void_p,)),
    "walk_buffer": (c_int, (c_void_p, c_uint32, c_void_p, c_uint64)),
    "walk_add": (
        c_int,
        (c_void_p, c_uint32, c_uint64, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    "walk_spill": (None, (c_void_p, c_void_p, c_uint64)),
    "walk_finish": (c_int, (c_void_p,)),
    "walk_rows": (c_void_p, (c_void_p,)),
    "walk_row_count": (c_uint32, (c_void_p,)),
    "walk_flows": (c_void_p, (c_void_p,)),
    "walk_flow_count": (c_uint32, (c_void_p,)),
    "walk_order": (c_void_p, (c_void_p,)),
    "walk_tallies": (c_void_p, (c_void_p,)),
    "walk_macs": (c_void_p, (c_void_p,)),
    "walk_mac_count": (c_uint32, (c_void_p,)),
    "walk_tunnels": (c_void_p, (c_void_p,)),
    "walk_fragment_head": (c_uint32, (c_void_p, c_uint32)),
    "assemble_new": (c_void_p, (c_void_p, c_void_p)),
    "assemble_free": (None, (c_void_p,)),
    "assemble_batch": (c_int, (c_void_p, POINTER(Columns))),
}


def _kernel() -> Any:
    """Give the library with the types of these calls declared."""
    kernel: Any = library()
    for name, (result, arguments) in _CALLS.items():
        call = getattr(kernel, name)
        call.restype, call.argtypes = result, arguments
    return kernel


def _view(owner: KernelWalk, address: int | None, count: int, dtype: np.dtype[Any]) -> np.ndarray:
    """Give kernel memory as a read-only array, which keeps the walk that owns it alive."""
    if not address or not count:
        return np.empty(0, dtype)
    raw = (c_uint8 * (count * dtype.itemsize)).from_address(address)
    raw.owner = owner  # type: ignore[attr-defined]  # an array of ctypes takes attributes
    array: np.ndarray = np.frombuffer(memoryview(raw), dtype=dtype)
    array.flags.writeable = False
    return array


def _address(array: np.ndarray) -> int:
    return int(array.ctypes.data)


def _files() -> list[IO[bytes]]:
    """Open the files that large tables go to, without names; none where none can be made."""
    folder = None if os.environ.get("TMPDIR") or not os.access(_LASTING, os.W_OK) else _LASTING
    try:
        return [TemporaryFile(dir=folder, buffering=0) for _ in range(3)]
    except OSError:
        return []


class KernelWalk:
    """Owner of one walk of the kernel and of the buffers it points into."""

    def __init__(self) -> None:
        self._kernel = _kernel()
        self._buffers: dict[int, np.ndarray] = {}
        self._handle = self._kernel.walk_new()
        if not self._handle:
            raise MemoryError("no memory for the packet walk")
        self._files = _files()
        if self._files:
            numbers = (c_int * len(self._files))(*(file.fileno() for file in self._files))
            self._kernel.walk_spill(self._handle, numbers, SPILL_FROM)

    def __del__(self) -> None:
        handle, self._handle = getattr(self, "_handle", None), None
        if handle:
            self._kernel.walk_free(handle)
        for file in getattr(self, "_files", ()):
            file.close()

    def add(self, capture: int, buffer: np.ndarray, chunk: RecordChunk) -> None:
        """Walk over one chunk of records; raises MemoryError without memory or beyond 2**32 - 1 packets."""
        if self._buffers.get(capture) is not buffer:
            if self._buffers and capture < max(self._buffers):
                raise ValueError("captures are added in ascending order of their numbers")
            if buffer.dtype != np.uint8 or not buffer.flags.c_contiguous:
                raise ValueError("a capture's buffer is a contiguous array of bytes")
            self._buffers[capture] = buffer
            if self._kernel.walk_buffer(self._handle, capture, _address(buffer), buffer.size):
                raise MemoryError("no memory for another capture")
        columns = (
            np.ascontiguousarray(chunk.offset, np.uint64),
            np.ascontiguousarray(chunk.cap_length, np.uint32),
            np.ascontiguousarray(chunk.orig_length, np.uint32),
            np.ascontiguousarray(chunk.time_ns, np.int64),
            np.ascontiguousarray(chunk.link_type, np.uint16),
        )
        count = len(columns[0])
        if any(len(column) != count for column in columns):
            raise ValueError("the columns of a chunk have equal lengths")
        if self._kernel.walk_add(self._handle, capture, count, *[_address(column) for column in columns]):
            raise MemoryError("no memory for so many packets")

    def finish(self) -> None:
        """Put rows into flow order."""
        if self._kernel.walk_finish(self._handle):
            raise MemoryError("no memory to order the packets by flow")

    def buffer(self, capture: int) -> np.ndarray:
        """Give the bytes of a capture that was added, by its number."""
        return self._buffers[capture]

    @property
    def row_count(self) -> int:
        """Records walked over so far."""
        return int(self._kernel.walk_row_count(self._handle))

    def rows(self) -> np.ndarray:
        """Give the packet table (dtype ROW)."""
        return _view(self, self._kernel.walk_rows(self._handle), self.row_count, ROW)

    def flows(self) -> np.ndarray:
        """Give the flow table (dtype FLOW); after finish() ``range`` is start << 32 | end in order()."""
        return _view(
            self, self._kernel.walk_flows(self._handle), self._kernel.walk_flow_count(self._handle), FLOW
        )

    def order(self, count: int) -> np.ndarray:
        """Give the rows by flow and side."""
        return _view(self, self._kernel.walk_order(self._handle), count, np.dtype("<u4"))

    def tallies(self) -> np.ndarray:
        """Give what was counted (dtype TALLY), most used first left to the caller."""
        table = _view(self, self._kernel.walk_tallies(self._handle), TALLIES, TALLY)
        return table[table["kind"] > 0]

    def macs(self) -> np.ndarray:
        """Give link addresses by their number, shape (n, 6); number 0 means none."""
        count = self._kernel.walk_mac_count(self._handle)
        return _view(self, self._kernel.walk_macs(self._handle), count * 6, np.dtype("u1")).reshape(-1, 6)

    def tunnels(self) -> np.ndarray:
        """Give stacks of 4-bit tunnel codes by their number, outermost in the highest bits."""
        return _view(self, self._kernel.walk_tunnels(self._handle), TUNNELS, np.dtype("<u8"))

    def fragment_head(self, row: int) -> int:
        """Give the first fragment's row of a reassembled datagram, or NO_ROW."""
        return int(self._kernel.walk_fragment_head(self._handle, row))


class KernelAssembler:
    """Owner of one pass over the flows of a finished walk."""

    def __init__(self, walk: KernelWalk, chosen: np.ndarray | None) -> None:
        self._walk = walk  # must outlive the assembler
        self._kernel = walk._kernel  # noqa: SLF001  (two halves of one module)
        self._chosen = chosen
        self._handle = self._kernel.assemble_new(
            walk._handle,  # noqa: SLF001
            _address(chosen) if chosen is not None else None,
        )
        if not self._handle:
            raise MemoryError("no memory to reassemble")

    def __del__(self) -> None:
        handle, self._handle = getattr(self, "_handle", None), None
        if handle:
            self._kernel.assemble_free(handle)

    def fill(self, columns: Columns) -> bool:
        """Fill the columns; say whether there is more.  Raises MemoryError."""
        result = int(self._kernel.assemble_batch(self._handle, ctypes.byref(columns)))
        stuck = result > 0 and not (columns.piece_count or columns.hole_count or columns.clash_count)
        if result < 0 or stuck:
            raise MemoryError("no memory to reassemble")
        return result > 0


__all__ = ["CLASH", "FLOW", "HOLE", "ROW", "TALLY", "Columns", "KernelAssembler", "KernelWalk"]
