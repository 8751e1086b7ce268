"""What could not be read, and what was read although it is deviant."""

from __future__ import annotations

from typing import Literal

import msgspec

GapKind = Literal[
    "unreadable-input",  # a capture that was given could not be opened or is none
    "truncated-file",  # the file ends inside a record
    "damaged-record",  # a record's header makes no sense; reading went on behind it, or stopped
    "unknown-link-type",  # frames of a link layer that is not read
    "unknown-transport",  # IP packets of a transport that is not read (neither TCP nor UDP)
    "snap-length",  # the capture kept only the first bytes of a frame
    "missing-segment",  # bytes of a TCP stream that no captured frame holds
    "missing-fragment",  # an IP datagram of which a fragment is not in the capture
    "limit",  # a bound on size, depth, count or time was reached
    "not-unwrapped",  # bytes in which quick search looked for known values as they stand, and did no more
    "not-exported",  # bytes that went over and that an export of messages leaves out
    "malformed",  # bytes that break the format they announce
    "internal",  # a fault of vitne: the flow in hand was given up
]


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be read, where, and why."""

    kind: GapKind  # why it could not be read, as a word from a closed list
    why: str  # the same for a person; never holds bytes of the capture
    capture: int = 0  # number of the capture, from 0, in the order of the scan
    frame: int | None = None  # frame number in that capture, from 1; of an export its entry, from 0
    flow: int | None = None  # number of the flow it belongs to
    offset: int | None = None  # byte position: in the file for file gaps, in the stream for stream gaps
    length: int | None = None  # how many bytes could not be read, where known
    count: int = 1  # how many alike it stands for


class Oddity(msgspec.Struct, frozen=True, kw_only=True):
    """Something deviant that was read all the same."""

    name: str  # kebab-case name, e.g. "content-encoding-lies"
    note: str  # for a person; never holds a value of a person
    capture: int = 0  # number of the capture, from 0
    frame: int | None = None  # frame number in that capture, from 1; of an export its entry, from 0
    flow: int | None = None  # number of the flow it belongs to
    side: int | None = None  # 0 client to server, 1 server to client
    offset: int | None = None  # byte position in the stream (TCP) or datagram (UDP)
    count: int = 1  # how many alike it stands for
