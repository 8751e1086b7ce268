"""Frames as columns: headers in rows of bytes, payloads as ranges of large pools, written in order of time.

Checksums of generated TCP and UDP are zero, as offload to the network card leaves them in captures.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from draws import Draws

    Numbers = npt.NDArray[np.int64]
    Octets = npt.NDArray[np.uint8]

BEGUN_US = 1_700_000_000_000_000
"""when the captures begin, microseconds since 1970"""
SPAN_US = 7_200_000_000
"""two hours, over which flows are spread"""
MSS = 1400
"""most payload of a segment, bytes"""
HEAD = 54
"""bytes of Ethernet, IPv4 and TCP headers"""
SYN, ACK, PUSH, FIN = 2, 16, 8, 1


@dataclass
class Frames:
    """Frames of one part of a capture."""

    times: Numbers
    """microseconds from the begin of the capture"""
    heads: Octets
    """(frames, HEAD): headers; for real frames empty"""
    head_lengths: Numbers
    """bytes of each row of ``heads`` in use"""
    starts: Numbers
    """where the rest of the frame starts in ``pool``"""
    lengths: Numbers
    """bytes of the rest of the frame"""
    pool: bytes | bytearray | memoryview
    """payloads"""


@dataclass
class Flows:
    """Ends of flows; row = flow."""

    client: Numbers
    """IPv4 address as a number"""
    server: Numbers
    client_port: Numbers
    server_port: Numbers

    def ends(self, row: int) -> tuple[str, str]:
        """Give client and server as ``address:port``."""
        return (
            f"{dotted(int(self.client[row]))}:{self.client_port[row]}",
            f"{dotted(int(self.server[row]))}:{self.server_port[row]}",
        )


@dataclass
class Turns:
    """Stretches of bytes of one side each, in order of flow and time; row = turn."""

    flow: Numbers
    side: Numbers
    """0: the client sends"""
    start: Numbers
    """where the bytes start in the pool"""
    length: Numbers


def dotted(address: int) -> str:
    """Write an IPv4 address."""
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def numbered_flows(count: int, servers: Numbers, *, port: int, first: int = 0) -> Flows:
    """Give flows whose client ends all differ: documentation addresses, one port after the other."""
    number = np.arange(first, first + count, dtype=np.int64)
    client = 0xC0000200 + 10 + number // 60_000  # 192.0.2.10 and on
    return Flows(client, servers, 1024 + number % 60_000, np.full(count, port, dtype=np.int64))


def _put(rows: Octets, at: int, values: Numbers, *, size: int) -> None:
    """Write numbers, big-endian, into columns of bytes."""
    for number in range(size):
        rows[:, at + number] = (values >> (8 * (size - 1 - number))) & 255


def heads(flows: Flows, flow: Numbers, side: Numbers, payload: Numbers, *, protocol: int) -> Octets:
    """Give Ethernet and IPv4 headers with ports; sequence numbers and flags are left zero."""
    count = len(flow)
    rows = np.zeros((count, HEAD), dtype=np.uint8)
    up = side == 0
    rows[:, 0:12] = np.frombuffer(bytes.fromhex("00005e00530100005e0053fe"), np.uint8)
    rows[up, 0:12] = np.frombuffer(bytes.fromhex("00005e0053fe00005e005301"), np.uint8)
    rows[:, 12] = 8
    transport = 20 if protocol == 6 else 8
    _put(rows, 14, np.full(count, 0x4500), size=2)
    _put(rows, 16, 20 + transport + payload, size=2)
    _put(rows, 18, np.arange(count, dtype=np.int64) & 0xFFFF, size=2)
    rows[:, 20], rows[:, 22], rows[:, 23] = 0x40, 64, protocol
    near, far = flows.client[flow], flows.server[flow]
    _put(rows, 26, np.where(up, near, far), size=4)
    _put(rows, 30, np.where(up, far, near), size=4)
    words = rows[:, 14:34].astype(np.int64).reshape(count, 10, 2)
    total = (words[:, :, 0] * 256 + words[:, :, 1]).sum(axis=1)
    total = (total & 0xFFFF) + (total >> 16)
    _put(rows, 24, 0xFFFF - ((total & 0xFFFF) + (total >> 16)), size=2)
    near, far = flows.client_port[flow], flows.server_port[flow]
    _put(rows, 34, np.where(up, near, far), size=2)
    _put(rows, 36, np.where(up, far, near), size=2)
    if protocol == 17:
        _put(rows, 38, 8 + payload, size=2)
    return rows


def set_tcp(rows: Octets, sequence: Numbers, acknowledged: Numbers, flags: Numbers) -> None:
    """Write what only TCP headers have."""
    _put(rows, 38, sequence & 0xFFFFFFFF, size=4)
    _put(rows, 42, acknowledged & 0xFFFFFFFF, size=4)
    rows[:, 46] = 0x50
    rows[:, 47] = flags
    rows[:, 48:50] = 255


def _before(values: Numbers, flow: Numbers) -> Numbers:
    """Sum up what lies before each row in its flow; rows are sorted by flow."""
    total = np.cumsum(values) - values
    first = np.searchsorted(flow, flow, side="left")
    return np.asarray(total - total[first], dtype=np.int64)


@dataclass
class _Rows:
    """Segments before they have numbers: one row each."""

    flow: Numbers
    order: npt.NDArray[np.float64]
    side: Numbers
    flags: Numbers
    start: Numbers
    length: Numbers
    think: npt.NDArray[np.bool_]

    def taken(self, rows: Numbers) -> _Rows:
        return _Rows(
            *(
                getattr(self, name)[rows]
                for name in ("flow", "order", "side", "flags", "start", "length", "think")
            )
        )


def _fixed(count: int, order: float, side: int, flags: int) -> _Rows:
    """Give one segment without payload for every flow."""
    zeros = np.zeros(count, dtype=np.int64)
    return _Rows(
        np.arange(count, dtype=np.int64),
        np.full(count, order),
        zeros + side,
        zeros + flags,
        zeros,
        zeros,
        zeros == 1,
    )


def _data(turns: Turns) -> _Rows:
    """Cut turns into segments."""
    pieces = -(-turns.length // MSS)
    turn = np.repeat(np.arange(len(pieces)), pieces)
    number = np.arange(len(turn)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    length = np.minimum(MSS, turns.length[turn] - number * MSS)
    flags = np.full(len(turn), ACK + PUSH, dtype=np.int64)
    order = np.arange(len(turn), dtype=np.float64)
    return _Rows(
        turns.flow[turn],
        order,
        turns.side[turn],
        flags,
        turns.start[turn] + number * MSS,
        length,
        number == 0,
    )


def _acknowledgements(data: _Rows) -> _Rows:
    """Acknowledge every second segment (RFC 9293 3.8.6.3)."""
    rows = data.taken(np.flatnonzero(np.arange(len(data.flow)) % 2 == 1))
    zeros = np.zeros(len(rows.flow), dtype=np.int64)
    return _Rows(rows.flow, rows.order + 0.5, 1 - rows.side, zeros + ACK, zeros, zeros, zeros == 1)


def _joined(parts: list[_Rows]) -> _Rows:
    names = ("flow", "order", "side", "flags", "start", "length", "think")
    rows = _Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    return rows.taken(np.lexsort((rows.order, rows.flow)))


def tcp(flows: Flows, turns: Turns, pool: bytes, draws: Draws, *, disorder: str = "phone") -> Frames:
    """Make the segments of flows: handshake, data, acknowledgements, end.

    ``disorder``: «phone» swaps 3 % of the data segments with the next and sends 1 % again; «hostile»
    sends the data of every flow in any order at all, a tenth of it twice.
    """
    count = len(flows.client)
    data = _data(turns)
    begin = [_fixed(count, -3, 0, SYN), _fixed(count, -2, 1, SYN + ACK), _fixed(count, -1, 0, ACK)]
    end = [_fixed(count, 1e15, 0, FIN + ACK), _fixed(count, 1e15 + 1, 1, FIN + ACK)]
    rows = _joined([*begin, data, _acknowledgements(data), *end])
    start = draws.integers(2 * count, 0, 1 << 32).reshape(2, count)
    sent = [_before(np.where(rows.side == side, rows.length, 0), rows.flow) for side in (0, 1)]
    ended = [
        _before(((rows.flags & FIN > 0) & (rows.side == side)).astype(np.int64), rows.flow) for side in (0, 1)
    ]
    edge = [start[side][rows.flow] + 1 + sent[side] + ended[side] for side in (0, 1)]
    sequence = np.where(rows.side == 0, edge[0], edge[1]) - (rows.flags & SYN > 0)
    acknowledged = np.where(rows.side == 0, edge[1], edge[0]) * (rows.flags & ACK > 0)
    gaps = draws.integers(len(rows.flow), 50, 3000) + rows.think * draws.integers(
        len(rows.flow), 1000, 300_000
    )
    times = draws.integers(count, 0, SPAN_US // 2)[rows.flow] + _before(gaps, rows.flow)
    made = heads(flows, rows.flow, rows.side, rows.length, protocol=6)
    set_tcp(made, sequence, acknowledged, rows.flags)
    times, again = _disordered(rows, times, draws, disorder)
    return Frames(
        np.concatenate([times, times[again] + 40]),
        np.concatenate([made, made[again]]),
        np.full(len(times) + len(again), HEAD, dtype=np.int64),
        np.concatenate([rows.start, rows.start[again]]),
        np.concatenate([rows.length, rows.length[again]]),
        pool,
    )


def _disordered(rows: _Rows, times: Numbers, draws: Draws, disorder: str) -> tuple[Numbers, Numbers]:
    """Change times as disorder says, and say which rows are sent again."""
    full = np.flatnonzero(rows.length > 0)
    if disorder == "hostile":
        times = times.copy()
        by_flow = np.lexsort((draws.raw(len(full)), rows.flow[full]))
        times[full[by_flow]] = times[full]  # rows are sorted by flow: each keeps its own flow's times
        return times, full[draws.shares(len(full)) < 0.1]
    left = full[:-1]
    near = (rows.flow[left] == rows.flow[left + 1]) & (rows.side[left] == rows.side[left + 1])
    swapped = left[near & (rows.length[left + 1] > 0) & (draws.shares(len(left)) < 0.015)]
    swapped = swapped[np.diff(swapped, prepend=-2) > 1]
    times = times.copy()
    times[swapped], times[swapped + 1] = times[swapped + 1], times[swapped].copy()
    return times, full[draws.shares(len(full)) < 0.01]


def write(path: Path, parts: list[Frames]) -> tuple[int, int]:
    """Write frames of all parts in order of time as a capture; give frames and bytes."""
    times = np.concatenate([part.times for part in parts])
    part_of = np.repeat(np.arange(len(parts)), [len(part.times) for part in parts])
    row_of = np.concatenate([np.arange(len(part.times)) for part in parts])
    order = np.argsort(times, kind="stable")
    size = 24
    with path.open("wb") as stream:
        stream.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for first in range(0, len(order), 1 << 16):
            chosen = order[first : first + (1 << 16)]
            size += stream.write(_chunk(parts, part_of[chosen], row_of[chosen], times[chosen]))
    return len(order), size


def _chunk(parts: list[Frames], part_of: Numbers, row_of: Numbers, times: Numbers) -> bytes:
    count = len(times)
    rows = np.zeros((count, 16 + HEAD), dtype=np.uint8)
    head, start, length = (np.zeros(count, dtype=np.int64) for _ in range(3))
    for number, part in enumerate(parts):
        mine = np.flatnonzero(part_of == number)
        row = row_of[mine]
        head[mine], start[mine], length[mine] = part.head_lengths[row], part.starts[row], part.lengths[row]
        if len(part.heads):
            rows[mine, 16:] = part.heads[row]
    record = np.zeros((count, 4), dtype="<u4")
    moment = BEGUN_US + times
    record[:, 0], record[:, 1] = moment // 1_000_000, moment % 1_000_000
    record[:, 2] = record[:, 3] = head + length
    rows[:, :16] = record.view(np.uint8).reshape(count, 16)
    everything = memoryview(rows.tobytes())
    pools = [memoryview(part.pool) for part in parts]
    at = np.arange(count) * (16 + HEAD)
    pieces: list[memoryview] = []
    for here, there, number, low, high in zip(
        at.tolist(),
        (at + 16 + head).tolist(),
        part_of.tolist(),
        start.tolist(),
        (start + length).tolist(),
        strict=True,
    ):
        pieces += (everything[here:there], pools[number][low:high])
    return b"".join(pieces)
