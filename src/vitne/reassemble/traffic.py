"""Traffic: the flows of a finished walk, their streams, and the way back from rows to frames."""

from __future__ import annotations

import ipaddress
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from vitne.kernel.walk import (
    NO_FLOW,
    ROW_DUPLICATE,
    SIDE_ACKED,
    SIDE_BORROW,
    SIDE_SENT,
    SIDE_SYN,
    SIZE_BITS,
    SIZE_MOST,
)
from vitne.model import Flow, Place
from vitne.reassemble.batches import batches
from vitne.reassemble.counts import Count, counted, note_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.kernel.walk import KernelWalk
    from vitne.model import Gap, Oddity, StreamBatch

TUNNELS = ("", "gre", "gtp-u", "ip-in-ip", "6in4", "teredo", "vxlan", "erspan")  # codes of walk.h
STEP = 1 << 20  # rows looked at in one go


class Traffic:
    """All flows of one walk."""

    def __init__(self, kernel: KernelWalk, first_rows: dict[int, int]) -> None:
        self._kernel = kernel
        self._rows = kernel.rows()
        self._flows = kernel.flows()
        self._captures = np.array(sorted(first_rows), dtype=np.int64)
        self._starts = np.array([first_rows[number] for number in sorted(first_rows)], dtype=np.int64)
        self._tunnels = [_tunnel_name(int(stack)) for stack in kernel.tunnels()]
        self._columns: dict[str, np.ndarray] = {}

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
        entry = self._flows[number]
        columns = self.flow_columns()
        size = 4 if entry["family"] == 4 else 16
        both = entry["address"].tobytes()
        client, server = _text(both[:size]), _text(both[16 : 16 + size])
        acked = columns["acked"][number]
        return Flow(
            number=number,
            transport="tcp" if entry["protocol"] == 6 else "udp",
            client_ip=client,
            client_port=int(entry["port"][0]),
            client_mac=self._mac(int(entry["mac"][0])),
            server_ip=server,
            server_port=int(entry["port"][1]),
            server_mac=self._mac(int(entry["mac"][1])),
            packets=int(columns["packets"][number]),
            handshake=bool(columns["handshake"][number]),
            answered=bool(columns["answered"][number]),
            acked=(_known(int(acked[0])), _known(int(acked[1]))),
            tunnel=self._tunnels[int(entry["tunnel"])],
        )

    def flow_columns(self) -> dict[str, np.ndarray]:
        """Give all flows as columns, row i for flow i; two-sided ones have shape (flows, 2), client first.

        ``address`` uint8 (flows, 2, 16), IPv4 in the first 4 bytes · ``family`` 4 or 6 · ``port`` uint16 ·
        ``mac`` uint8 (flows, 2, 6) and ``has_mac`` bool · ``protocol`` 6 or 17 · ``packets`` int64 ·
        ``payload`` int64, captured payload bytes, copies left out · ``first_row``, ``last_row`` int64 ·
        ``first_ns``, ``last_ns`` int64 · ``handshake``, ``answered``, ``reset`` bool ·
        ``acked`` int64, stream offset or -1 · ``tunnel`` str.
        """
        if not self._columns:
            self._columns = self._make_columns()
        return self._columns

    def _make_columns(self) -> dict[str, np.ndarray]:
        flows = self._flows
        side = flows["side"]
        start, end = flows["range"] >> 32, flows["range"] & 0xFFFFFFFF
        first, last = self._ends
        macs = self._kernel.macs()
        tcp = flows["protocol"] == 6
        low = np.where(side & SIDE_BORROW, 0, 1 << 32) + flows["low"].astype(np.int64)
        acked = np.where((side & SIDE_ACKED > 0) & tcp[:, None], np.maximum(flows["acked"] - low, 0), -1)
        return {
            "address": flows["address"],
            "family": flows["family"],
            "port": flows["port"],
            "mac": macs[flows["mac"]],
            "has_mac": flows["mac"] > 0,
            "protocol": flows["protocol"],
            "packets": (end - start).sum(axis=1),
            "payload": self._payload(),
            "first_row": first,
            "last_row": last,
            "first_ns": self._rows["time"][first],
            "last_ns": self._rows["time"][last],
            "handshake": side[:, 0] & SIDE_SYN > 0,
            "answered": side[:, 1] & SIDE_SENT > 0,
            "reset": flows["reset"] > 0,
            "acked": acked,
            "tunnel": np.array(self._tunnels, dtype=object)[flows["tunnel"]],
        }

    def first_rows(self, flows: np.ndarray) -> np.ndarray:
        """Give the row of each flow's first packet."""
        found: np.ndarray = self._ends[0][flows].astype(np.int64)
        return found

    @cached_property
    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        """First and last row of each flow.  Of repeated indices the last assignment stays."""
        first = np.zeros(self.flow_count, dtype=np.uint32)
        last = np.zeros(self.flow_count, dtype=np.uint32)
        steps = range(0, len(self._rows), STEP)
        for begin in steps:
            flow = self._rows["flow"][begin : begin + STEP]
            rows = np.flatnonzero(flow != NO_FLOW)
            last[flow[rows] >> 1] = rows + begin
        for begin in reversed(steps):
            flow = self._rows["flow"][begin : begin + STEP]
            rows = np.flatnonzero(flow != NO_FLOW)[::-1]
            first[flow[rows] >> 1] = rows + begin
        return first, last

    def _payload(self) -> np.ndarray:
        """Sum the captured payload bytes per flow and side, copies of frames left out."""
        sides = self.flow_count * 2
        total = np.zeros(sides, dtype=np.int64)
        for begin in range(0, len(self._rows), STEP):
            rows = self._rows[begin : begin + STEP]
            kept = (rows["flow"] != NO_FLOW) & (rows["size"] >> SIZE_BITS & ROW_DUPLICATE == 0)
            held = (rows["place"][kept] & SIZE_MOST).astype(np.float64)
            total += np.bincount(rows["flow"][kept], held, sides).astype(np.int64)
        return total.reshape(-1, 2)

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
        found: np.ndarray = self._rows["time"][rows]
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

    def place(self, rows: np.ndarray) -> list[Place]:
        """Say which frames hold these rows' payload, fragments included: one Place per capture."""
        every = sorted({one for row in np.unique(rows) for one in self.frames_of(int(row))})
        found = np.array(every, dtype=np.int64)
        captures = self.capture_of(found)
        return [
            Place(
                capture=int(capture),
                frames=tuple(self.frame_of(found[captures == capture]).tolist()),
                time_ns=int(self._rows["time"][found[captures == capture][0]]),
            )
            for capture in np.unique(captures)
        ]

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
    return str(ipaddress.ip_address(packed))


def _known(offset: int) -> int | None:
    return None if offset < 0 else offset


def _tunnel_name(stack: int) -> str:
    """Give the name of a stack of 4-bit codes, outermost first: "gre/gtp-u"."""
    names = [TUNNELS[stack >> shift & 15] for shift in range(60, -4, -4) if stack >> shift & 15]
    return "/".join(names)
