"""The record index of the kernel: the calls of ``records.c`` and the columns they fill.

Specification: draft-ietf-opsawg-pcap sections 4 and 5; draft-ietf-opsawg-pcapng sections 3 and 4.
"""

from __future__ import annotations

import ctypes
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from vitne.kernel.library import library
from vitne.model import RecordChunk

ROWS = 65_536  # records of one chunk
EVENTS = 4_096  # side events between two stops
CHAIN_BUDGET = 1 << 26  # headers walked in search of sound records, per file
NONE = 2**64 - 1

ODDITIES = (
    "cap-over-orig",
    "cap-over-snap",
    "oversize",
    "saturated",
    "fraction",
    "no-time",
    "backward",
    "after-2038",
    "trailer",
    "unknown-interface",
    "clipped",
    "short-block",
    "dropped-interface",
)  # order of `enum oddity` in records.c


class Reason(IntEnum):
    """Why the kernel stopped (`enum reason` in records.c)."""

    FULL = 0  # the columns are full
    END = 1  # the file ends behind a whole record
    CUT = 2  # fewer bytes are left than a record header has
    OVERRUN = 3  # a believable record is longer than the rest of the file
    DOUBT = 4  # the header makes no sense
    EVENTS_FULL = 5  # take the events, then go on
    INTERFACES_FULL = 6  # make room for interfaces, then go on


class EventKind(IntEnum):
    """What lies beside the packets (`enum event` in records.c)."""

    COMMENT_SECTION = 1
    COMMENT_INTERFACE = 2
    COMMENT_PACKET = 3
    NAMES = 4
    SECRETS = 5
    CUSTOM = 6


INTERFACE = np.dtype(
    [
        ("time_offset", "<i8"),
        ("name_offset", "<u8"),
        ("name_length", "<u4"),
        ("snap_length", "<u4"),
        ("link_type", "<u2"),
        ("resolution", "u1"),
        ("pad", "u1", 5),
    ]
).newbyteorder("=")
EVENT = np.dtype(
    [("kind", "<u4"), ("extra", "<u4"), ("frame", "<u8"), ("offset", "<u8"), ("length", "<u8")]
).newbyteorder("=")


class _Columns(ctypes.Structure):
    """Mirror of `records_columns`."""

    _fields_ = (
        ("offset", ctypes.c_void_p),
        ("cap_length", ctypes.c_void_p),
        ("orig_length", ctypes.c_void_p),
        ("time_ns", ctypes.c_void_p),
        ("link_type", ctypes.c_void_p),
        ("capacity", ctypes.c_uint64),
    )


class _State(ctypes.Structure):
    """Mirror of `records_state`."""

    _fields_ = (
        ("position", ctypes.c_uint64),
        ("previous", ctypes.c_uint64),
        ("claimed", ctypes.c_uint64),
        ("rows", ctypes.c_uint64),
        ("budget", ctypes.c_uint64),
        ("last_time", ctypes.c_int64),
        ("reason", ctypes.c_uint32),
        ("big_endian", ctypes.c_uint32),
        ("nano", ctypes.c_uint32),
        ("header_length", ctypes.c_uint32),
        ("link_type", ctypes.c_uint32),
        ("snap_length", ctypes.c_uint32),
        ("trust", ctypes.c_uint32),
        ("swapped", ctypes.c_uint32),
        ("events", ctypes.c_void_p),
        ("event_count", ctypes.c_uint64),
        ("event_capacity", ctypes.c_uint64),
        ("interfaces", ctypes.c_void_p),
        ("interface_count", ctypes.c_uint64),
        ("interface_capacity", ctypes.c_uint64),
        ("section_first", ctypes.c_uint64),
        ("comments", ctypes.c_uint64),
        ("secrets", ctypes.c_uint64),
        ("sections", ctypes.c_uint64),
        ("self_repair", ctypes.c_uint64),
        ("repairs", ctypes.c_uint64),
        ("repaired_bytes", ctypes.c_uint64),
        ("count", ctypes.c_uint64 * len(ODDITIES)),
        ("first_frame", ctypes.c_uint64 * len(ODDITIES)),
    )


class PcapHeader(NamedTuple):
    """What the file header of a classic pcap file says of all its records (section 4)."""

    big_endian: bool
    nano: bool  # fractions of a second are nanoseconds
    record_header: int  # bytes before each frame: 16, or 24 in the modified format
    link_type: int  # LINKTYPE_ value
    snap_length: int  # most bytes kept of a frame, 0 for no limit
    swapped: int = 0  # its two lengths: 0 in order, 1 the other way round, 2 the smaller one first


class Event(NamedTuple):
    """Something beside the packets; offset and length are bytes of the file."""

    kind: EventKind
    extra: int  # NAMES, CUSTOM: 1 for big-endian; SECRETS: secrets type
    frame: int | None  # COMMENT_PACKET: frame number from 1
    offset: int
    length: int


class RecordIndexer:
    """Fills columns from a capture's bytes, one stop after the other.

    ``buffer`` is a contiguous uint8 array and is kept alive; ``header`` is None for pcapng; ``rows`` is how
    many the columns hold.
    """

    def __init__(
        self, buffer: np.ndarray, start: int, *, header: PcapHeader | None, rows: int = ROWS
    ) -> None:
        calls = library()
        kind = "pcapng" if header is None else "pcap"
        self._read: Any = getattr(calls, f"vitne_{kind}_records")
        self._read.restype = ctypes.c_uint64
        self._read.argtypes = (ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p)
        self._resync: Any = getattr(calls, f"vitne_{kind}_resync")
        self._resync.restype = ctypes.c_uint64
        self._resync.argtypes = (
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_uint64,
        )
        self._buffer = buffer
        self._base = buffer.ctypes.data
        self._rows = rows
        self._columns = _columns(rows)
        self.filled = 0  # rows of the columns that hold a record
        self._events = np.zeros(EVENTS, EVENT)
        self.interfaces = np.zeros(16, INTERFACE)
        self.state = _State(position=start, previous=NONE, budget=CHAIN_BUDGET)
        self.state.events, self.state.event_capacity = self._events.ctypes.data, EVENTS
        self._place_interfaces()
        if header is not None:
            self.state.big_endian, self.state.nano = header.big_endian, header.nano
            self.state.header_length, self.state.link_type = header.record_header, header.link_type
            self.state.snap_length, self.state.swapped = header.snap_length, header.swapped

    def _place_interfaces(self) -> None:
        self.state.interfaces = self.interfaces.ctypes.data
        self.state.interface_capacity = len(self.interfaces)

    def more_interfaces(self) -> None:
        """Double the room for interfaces (the kernel stops asking at 2^22)."""
        self.interfaces = np.concatenate([self.interfaces, np.zeros(len(self.interfaces), INTERFACE)])
        self._place_interfaces()

    def fill(self) -> Reason:
        """Fill rows from where the last call stopped until they are full or something else ends it."""
        names = ("offset", "cap_length", "orig_length", "time_ns", "link_type")
        columns = [getattr(self._columns, name)[self.filled :] for name in names]
        mirror = _Columns(*(column.ctypes.data for column in columns), self._rows - self.filled)
        self.filled += self._read(
            self._base, self._buffer.size, ctypes.byref(self.state), ctypes.byref(mirror)
        )
        return Reason(self.state.reason)

    def take(self) -> RecordChunk:
        """Give the rows filled so far and begin with empty columns."""
        chunk = first_rows(self._columns, self.filled)
        if self.filled == self._rows or 2 * self.filled >= self._rows:
            self._columns = _columns(self._rows)
        self.filled, self.state.previous = 0, NONE
        return chunk

    def drop_last(self) -> None:
        """Take the last row back: its header turned out to be wrong."""
        self.filled -= 1
        self.state.rows -= 1
        if self.filled:
            self.state.last_time = int(self._columns.time_ns[self.filled - 1])

    def resync(self, start: int, beyond: int) -> int | None:
        """Give the next place, from ``start`` on, where sound records go on behind ``beyond``; or None."""
        found: int = self._resync(
            self._base, self._buffer.size, ctypes.byref(self.state), min(start, self._buffer.size), beyond
        )
        return None if found == NONE else found

    def take_events(self) -> list[Event]:
        """Give the side events since the last call and make room for more."""
        rows = self._events[: self.state.event_count].tolist()
        self.state.event_count = 0
        return [
            Event(EventKind(kind), extra, frame or None, offset, length)
            for kind, extra, frame, offset, length in rows
        ]

    def oddities(self) -> list[tuple[str, int, int]]:
        """Give (name, how many, frame of the first) of the oddities counted so far."""
        counts = zip(ODDITIES, self.state.count, self.state.first_frame, strict=True)
        return [(name, count, frame) for name, count, frame in counts if count]


def _columns(rows: int) -> RecordChunk:
    """Give empty columns."""
    return RecordChunk(
        offset=np.empty(rows, np.uint64),
        cap_length=np.empty(rows, np.uint32),
        orig_length=np.empty(rows, np.uint32),
        time_ns=np.empty(rows, np.int64),
        link_type=np.empty(rows, np.uint16),
    )


def first_rows(chunk: RecordChunk, rows: int) -> RecordChunk:
    """Give the first rows of a chunk; a copy where most of it would be waste."""
    if rows == chunk.offset.size:
        return chunk
    cut = [column[:rows] for column in (chunk.offset, chunk.cap_length, chunk.orig_length)]
    cut += [chunk.time_ns[:rows], chunk.link_type[:rows]]
    if 2 * rows < chunk.offset.size:
        cut = [column.copy() for column in cut]
    return RecordChunk(offset=cut[0], cap_length=cut[1], orig_length=cut[2], time_ns=cut[3], link_type=cut[4])
