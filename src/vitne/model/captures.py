"""Captures and their packets: one input file as received, and the columns of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np  # noqa: TC004  (columns are never encoded, and numpy is slow to load)


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """One capture interface (pcapng section 4.2; a classic pcap file has exactly one)."""

    link_type: int  # LINKTYPE_ value of the registry, e.g. 1 Ethernet, 101 raw IP, 113 Linux cooked
    snap_length: int  # most bytes kept of a frame; 0 for no limit
    name: str = ""  # if_name option, as text (hostile: show only through visible())


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """One input file as received."""

    number: int  # from 0, in the order of the scan
    name: str  # base name of the file as given, or "-" for standard input
    path: str  # where it was read from; never part of a result
    size: int  # bytes of the file as received (compressed, if it was)
    sha256: str  # digest of the file as received, lower-case hex
    format: str  # "pcap", "pcapng", or of an export "har", "mitmproxy", ...
    compression: str = ""  # "", "gzip" or "zstd"
    packets: int = 0  # records read
    first_ns: int | None = None  # least record time, integer nanoseconds UTC
    last_ns: int | None = None  # greatest record time
    interfaces: tuple[Interface, ...] = ()
    comments: int = 0  # pcapng comments met (sections, interfaces and packets)
    secrets: int = 0  # pcapng decryption secrets blocks met, kept for later
    clock: str = "ns"  # resolution of the records: "us", "ns" or "mixed"
    unit: str = "packet"  # what a record is: "packet", numbered from 1, or "entry" of an export, from 0


class RecordChunk(msgspec.Struct, frozen=True, kw_only=True):
    """Some thousand packet records as columns of equal length; row i is one record of the file."""

    offset: np.ndarray  # uint64: where the frame's bytes begin in the (uncompressed) file
    cap_length: np.ndarray  # uint32: bytes of the frame that the file holds
    orig_length: np.ndarray  # uint32: bytes that the frame had on the wire
    time_ns: np.ndarray  # int64: nanoseconds UTC since 1970, may be negative or go back
    link_type: np.ndarray  # uint16: LINKTYPE_ of the record's interface
