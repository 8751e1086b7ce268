"""Traffic: the flows of a finished walk, their streams, and the way back from rows to frames."""

from __future__ import annotations

import ipaddress
import socket
from bisect import bisect_right
from functools import cached_property, lru_cache
from struct import Struct
from typing import TYPE_CHECKING

import numpy as np

from vitne.kernel.walk import (
    ROW_ARENA,
    ROW_FRAGMENT,
    SIDE_ACKED,
    SIDE_BORROW,
    SIDE_SENT,
    SIDE_SYN,
    SIZE_BITS,
    SIZE_MOST,
)
from vitne.model import Flow, Place
from vitne.reassemble.batches import batches
from vitne.reassemble.columns import STEP, FlowColumns, acked, captured
from vitne.reassemble.counts import Count, counted, note_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vitne.kernel.walk import KernelWalk
    from vitne.model import Gap, Oddity, StreamBatch

TUNNELS = ("", "gre", "gtp-u", "ip-in-ip", "6in4", "teredo", "vxlan", "erspan")  # codes of walk.h
_ODD = np.uint64(0x9E3779B97F4A7C15)  # what keys are mixed with
_ENTRY = Struct("<32s2H2H4B2B2x2I2q2q")  # one row of the flows, as kernel.walk.FLOW describes it


class Traffic:
    """All flows of one walk."""

    def __init__(self, kernel: KernelWalk, first_rows: dict[int, int]) -> None:
        self._kernel = kernel
        self._rows = kernel.rows()
        self._flows = kernel.flows()
        self._captures = np.array(sorted(first_rows), dtype=np.int64)
        self._starts = np.array([first_rows[number] for number in sorted(first_rows)], dtype=np.int64)
        self._capture_list, self._start_list = self._captures.tolist(), self._starts.tolist()
        self._tunnels = [_tunnel_name(int(stack)) for stack in kernel.tunnels()]

    @property
    def flow_count(self) -> int:
        """Number of flows."""
        return len(self._flows)

    @property
    def packet_count(self) -> int:
        """Number of records of all captures."""
        return len(self._rows)

    def flow(self, number: int) -> Flow:
        """Give one flow; raises IndexError for a number there is not."""
        if not 0 <= number < self.flow_count:
            raise IndexError(number)
        entry = _ENTRY.unpack_from(self._flow_bytes, number * _ENTRY.size)
        both, client_port, server_port, client_mac, server_mac, protocol, family, tunnel, _ = entry[:9]
        side, low, reach, acked = entry[9:11], entry[11:13], entry[13:15], entry[15:17]
        size = 4 if family == 4 else 16
        return Flow(
            number=number,
            transport="tcp" if protocol == 6 else "udp",
            client_ip=_text(both[:size]),
            client_port=client_port,
            client_mac=self._mac(client_mac),
            server_ip=_text(both[16 : 16 + size]),
            server_port=server_port,
            server_mac=self._mac(server_mac),
            packets=sum((frames & 0xFFFFFFFF) - (frames >> 32) for frames in reach),
            handshake=side[0] & SIDE_SYN > 0,
            answered=side[1] & SIDE_SENT > 0,
            acked=(_acked(side[0], acked[0], low[0]), _acked(side[1], acked[1], low[1]))
            if protocol == 6
            else (None, None),
            tunnel=self._tunnels[tunnel],
        )

    @cached_property
    def _flow_bytes(self) -> memoryview:
        """All flows as they lie in memory: one of them is read quicker so than by its columns."""
        return np.ascontiguousarray(self._flows).view(np.uint8).data

    def flow_columns(self) -> FlowColumns:
        """Give all flows as columns, row i for flow i; two-sided ones have shape (flows, 2), client first.

        ``address`` uint8 (flows, 2, 16), IPv4 in the first 4 bytes · ``family`` 4 or 6 · ``port`` uint16 ·
        ``mac`` uint8 (flows, 2, 6) and ``has_mac`` bool · ``protocol`` 6 or 17 · ``packets`` int64 ·
        ``payload`` int64, captured payload bytes, copies left out · ``first_row``, ``last_row`` int64 ·
        ``first_ns``, ``last_ns`` int64 · ``handshake``, ``answered``, ``reset`` bool ·
        ``acked`` int64, stream offset or -1 · ``tunnel`` str.  A column is made each time it is asked for:
        there may be millions of flows.
        """
        return FlowColumns(self, self._kernel)

    def distinct(self, low: int, high: int) -> np.ndarray:
        """Give those of the flows [low, high) that are between other ends than all before them, ascending.

        Ends are network and link addresses, and whether the server sent something; ports are none.
        """
        flows = self._flows[low:high]
        key = np.zeros((len(flows), 5), dtype=np.uint64)
        key[:, :4] = flows["address"].reshape(-1, 32).view(np.uint64)
        macs = flows["mac"].astype(np.uint64)
        answered = (flows["side"][:, 1] & SIDE_SENT > 0).astype(np.uint64)
        key[:, 4] = macs[:, 0] << 32 | macs[:, 1] << 16 | flows["family"].astype(np.uint64) << 1 | answered
        mixed = np.zeros(len(flows), dtype=np.uint64)
        for column in key.T:
            mixed = (mixed ^ column) * _ODD
            mixed ^= mixed >> np.uint64(29)
        _, first, which = np.unique(mixed, return_index=True, return_inverse=True)
        if not np.array_equal(key[first][which], key):  # two that are mixed alike and are not
            _, first = np.unique(key, axis=0, return_index=True)
        return np.sort(first) + low

    def ends_of(self, flows: np.ndarray) -> tuple[list[str], list[str], np.ndarray, np.ndarray, np.ndarray]:
        """Give the ends of some flows: network and link addresses as texts, each once, and columns.

        The columns have shape (flows, 2), client first: numbers of the network address, of the link address;
        the last says of each flow whether the server sent something.
        """
        rows = self._flows[flows]
        whole = np.zeros((len(rows), 2, 17), dtype=np.uint8)
        whole[:, :, 0], whole[:, :, 1:] = rows["family"][:, None], rows["address"]
        packed = whole.view(np.dtype((np.void, 17))).ravel()
        addresses, address = np.unique(packed, return_inverse=True)
        texts = [one.tobytes() for one in addresses]
        numbers, mac = np.unique(rows["mac"], return_inverse=True)
        return (
            [_text.__wrapped__(one[1:5] if one[0] == 4 else one[1:]) for one in texts],
            [self._mac(number) for number in numbers.tolist()],
            address.reshape(-1, 2),
            mac.reshape(-1, 2),
            rows["side"][:, 1] & SIDE_SENT > 0,
        )

    def acked_of(self, flows: np.ndarray) -> np.ndarray:
        """Give the stream offsets that both sides of some flows were acknowledged up to, -1 for none."""
        return acked(self._flows[flows])

    def payload_bytes(self) -> int:
        """Sum the captured payload of all flows, copies left out."""
        return sum(int(held.sum()) for _, held in captured(self._rows))

    @property
    def flows(self) -> np.ndarray:
        """The flow table of the kernel, ``vitne.kernel.walk.FLOW``."""
        return self._flows

    @property
    def tunnels(self) -> list[str]:
        """Names of the tunnels that flows have by number."""
        return self._tunnels

    def first_rows(self, flows: np.ndarray) -> np.ndarray:
        """Give the row of each flow's first packet."""
        wanted, where = np.unique(np.asarray(flows, dtype=np.int64), return_inverse=True)
        return self._edges(wanted, np.minimum)[where]

    def first_payloads(self, flows: np.ndarray, size: int) -> list[bytes]:
        """Give up to so many payload bytes of each flow's first packet; none where it came in fragments."""
        rows = self.first_rows(flows)
        entries, captures = self._rows[rows], self.capture_of(rows).tolist()
        apart = (entries["size"] >> SIZE_BITS & (ROW_ARENA | ROW_FRAGMENT) > 0).tolist()
        found = []
        for place, capture, fragment in zip(entries["place"].tolist(), captures, apart, strict=True):
            start, held = place >> SIZE_BITS, min(size, place & SIZE_MOST)
            data = self._kernel.buffer(capture)
            found.append(b"" if fragment else data[start : start + held].tobytes())
        return found

    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the first and the last row of each flow; made anew each time, as there may be millions."""
        every = np.arange(self.flow_count)
        return self._edges(every, np.minimum), self._edges(every, np.maximum)

    def _edges(self, flows: np.ndarray, least: np.ufunc) -> np.ndarray:
        """Give the least or the greatest row of some flows, whose numbers ascend."""
        if not len(flows):
            return np.zeros(0, dtype=np.int64)
        ranges = self._flows["range"]
        order = self._kernel.order(int(ranges[-1, 1]) & 0xFFFFFFFF)  # by flow and side
        starts, stops = ranges[flows, 0] >> 32, ranges[flows, 1] & 0xFFFFFFFF
        bounds = np.stack([starts, stops], axis=1).ravel()
        found: np.ndarray = least.reduceat(order, bounds[:-1] if bounds[-1] == len(order) else bounds)[::2]
        return found.astype(np.int64)

    def _mac(self, number: int) -> str:
        return self._mac_bytes[6 * number : 6 * number + 6].hex(":") if number else ""

    @cached_property
    def _mac_bytes(self) -> bytes:
        """All link addresses, one after the other."""
        return self._kernel.macs().tobytes()

    def batches(
        self, size: int = 8 << 20, flows: np.ndarray | None = None
    ) -> Iterator[StreamBatch | Gap | Oddity]:
        """Yield the streams in flow order, client side then server side, in batches of ``size`` bytes.

        ``flows`` chooses flows by a bool per flow.  A batch is followed by what is missing from its streams
        (Gap) and what contradicts them (Oddity).  A flow longer than ``size`` comes in pieces.
        """
        if flows is not None and len(flows) != self.flow_count:
            raise ValueError("one bool per flow")
        return batches(self, self._kernel, size=size, chosen=flows)

    def capture_of(self, rows: np.ndarray) -> np.ndarray:
        """Give the number of the capture of each row."""
        found: np.ndarray = self._captures[np.searchsorted(self._starts, rows, side="right") - 1]
        return found

    def frame_of(self, rows: np.ndarray) -> np.ndarray:
        """Give each row's frame number in its capture, from 1."""
        rows = np.asarray(rows, dtype=np.int64)
        return rows - self._starts[np.searchsorted(self._starts, rows, side="right") - 1] + 1

    def row_times(self, rows: np.ndarray) -> np.ndarray:
        """Give each row's time, int64 nanoseconds UTC."""
        found: np.ndarray = self._times[rows]
        return found

    def frames_of(self, row: int) -> list[int]:
        """Give the rows of all frames that hold a row's payload: its fragments and itself, ascending."""
        found = [row]
        following = self._kernel.fragment_head(row)
        while 0 <= following < row and len(found) < 1 << 16:
            found.append(following)
            following = int(self._rows["position"][following])
            if following == found[-1]:
                break
        return sorted(set(found))

    def place(self, rows: Iterable[int]) -> list[Place]:
        """Say which frames hold these rows' payload, fragments included: one Place per capture."""
        starts, captures = self._start_list, self._capture_list
        wanted = set(rows.tolist() if isinstance(rows, np.ndarray) else rows)
        every = wanted if not self._fragmented else {one for own in wanted for one in self.frames_of(own)}
        found: dict[int, list[int]] = {}  # by place in the order of captures: rows, ascending
        for row in sorted(every):
            found.setdefault(bisect_right(starts, row) - 1, []).append(row)
        return [
            Place(
                capture=captures[at],
                frames=tuple([row - starts[at] + 1 for row in own]),
                time_ns=int(self._times[own[0]]),
            )
            for at, own in sorted(found.items())
        ]

    @cached_property
    def _times(self) -> np.ndarray:
        return self._rows["time"]

    @cached_property
    def _fragmented(self) -> bool:
        """Whether any row's payload came in fragments."""
        steps = range(0, len(self._rows), STEP)
        return any(bool((self._rows["size"][at : at + STEP] >> SIZE_BITS & ROW_ARENA).any()) for at in steps)

    @property
    def counts(self) -> list[Count]:
        """What was met and not read, or deviant, by reason; most frequent first."""
        return counted(self._kernel.tallies())

    def notes(self) -> Iterator[Gap | Oddity]:
        """Yield each of the counts as a Gap or an Oddity, with the first frame it was met in."""
        for count in self.counts:
            row = np.array([count.first_row])
            yield note_of(count, int(self.capture_of(row)[0]), int(self.frame_of(row)[0]))


@lru_cache(maxsize=16384)
def _text(packed: bytes) -> str:
    """Give the text of an address of 4 or 16 bytes."""
    return socket.inet_ntoa(packed) if len(packed) == 4 else str(ipaddress.IPv6Address(packed))


def _acked(said: int, acked: int, low: int) -> int | None:
    """Give the stream offset that a side's bytes were acknowledged up to; None for no acknowledgement."""
    if not said & SIDE_ACKED:
        return None
    return max(acked - low - (0 if said & SIDE_BORROW else 1 << 32), 0)


def _tunnel_name(stack: int) -> str:
    """Give the name of a stack of 4-bit codes, outermost first: "gre/gtp-u"."""
    names = [TUNNELS[stack >> shift & 15] for shift in range(60, -4, -4) if stack >> shift & 15]
    return "/".join(names)
