"""Flows and streams: both directions between two endpoints, and one direction's bytes with its holes."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np  # noqa: TC004  (columns are never encoded, and numpy is slow to load)


class Side(IntEnum):
    """Who sends in a flow.  The client is the one that opened it (or was seen sending first)."""

    CLIENT = 0  # client to server
    SERVER = 1  # server to client


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Both directions between two endpoints over one transport."""

    number: int  # from 0, in order of the first packet, over the whole scan
    transport: str  # "tcp", "udp"; of an export also "sms"
    client_ip: str  # textual address
    client_port: int
    client_mac: str  # link address the client's frames came from, "" where the link has none
    server_ip: str
    server_port: int
    server_mac: str
    packets: int  # frames that carry this flow
    handshake: bool  # a SYN of the client was seen (TCP only)
    answered: bool  # the server sent at least one packet
    acked: tuple[
        int | None, int | None
    ]  # per side: stream offset up to which the peer acknowledged, TCP only
    decrypted: bool = False  # it went encrypted, and whoever recorded or exported it took that off
    tunnel: str = ""  # outermost first, e.g. "gre", "gtp-u", "teredo"; "" without


class StreamBatch(msgspec.Struct, kw_only=True):
    """Some megabytes of reassembled streams as one buffer and columns that say what lies where.

    Both sides of a flow stand next to each other, client first.  A stream longer than a batch goes on in
    the next one; ``base`` is then not 0 and ``last`` is false in all pieces but the last.
    Buffer positions count in ``data``; stream offsets count the bytes of the stream, holes included.
    """

    data: np.ndarray  # uint8: the bytes of all pieces, one after the other
    # one row per piece (one side of one flow)
    flow: np.ndarray  # uint32: number of the flow
    side: np.ndarray  # uint8: Side
    start: np.ndarray  # int64: buffer position of the piece's first byte
    end: np.ndarray  # int64: buffer position behind its last byte
    base: np.ndarray  # int64: stream offset of the piece's first byte
    last: np.ndarray  # bool: nothing of this stream follows
    # one row per contiguous run of bytes out of one frame, sorted by position
    run_piece: np.ndarray  # uint32: row of the piece it belongs to
    run_position: np.ndarray  # int64: buffer position of its first byte
    run_length: np.ndarray  # uint32: bytes (0 for an empty datagram)
    run_offset: np.ndarray  # int64: stream offset of its first byte (a jump is a hole; UDP: no holes)
    run_row: np.ndarray  # uint32: row of the packet table it came from


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Frames of one capture that hold some bytes."""

    capture: int  # number of the capture
    frames: tuple[int, ...]  # frame numbers in that capture, from 1, ascending
    time_ns: int  # time of the first of them
