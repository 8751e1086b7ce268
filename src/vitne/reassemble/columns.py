"""All flows of a walk as columns, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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

if TYPE_CHECKING:
    from vitne.kernel.walk import KernelWalk
    from vitne.reassemble.traffic import Traffic

STEP = 1 << 20  # rows looked at in one go


class FlowColumns(Mapping[str, np.ndarray]):
    """The columns by name, as ``Traffic.flow_columns`` lists them; nothing that was made is kept."""

    def __init__(self, traffic: Traffic, kernel: KernelWalk) -> None:
        self._traffic, self._kernel = traffic, kernel
        flows = traffic.flows
        self._made: dict[str, Callable[[], np.ndarray]] = {
            "address": lambda: flows["address"],
            "family": lambda: flows["family"],
            "port": lambda: flows["port"],
            "mac": lambda: kernel.macs()[flows["mac"]],
            "has_mac": lambda: flows["mac"] > 0,
            "protocol": lambda: flows["protocol"],
            "packets": lambda: ((flows["range"] & 0xFFFFFFFF) - (flows["range"] >> 32)).sum(axis=1),
            "payload": self._payload,
            "first_row": lambda: traffic.ends()[0],
            "last_row": lambda: traffic.ends()[1],
            "first_ns": lambda: traffic.row_times(traffic.ends()[0]),
            "last_ns": lambda: traffic.row_times(traffic.ends()[1]),
            "handshake": lambda: flows["side"][:, 0] & SIDE_SYN > 0,
            "answered": lambda: flows["side"][:, 1] & SIDE_SENT > 0,
            "reset": lambda: flows["reset"] > 0,
            "acked": lambda: acked(flows),
            "tunnel": lambda: np.array(traffic.tunnels, dtype=object)[flows["tunnel"]],
        }

    def __getitem__(self, name: str) -> np.ndarray:
        return self._made[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def _payload(self) -> np.ndarray:
        """Sum the captured payload bytes per flow and side, copies of frames left out."""
        sides = self._traffic.flow_count * 2
        total = np.zeros(sides, dtype=np.int64)
        for flow, held in captured(self._kernel.rows()):
            total += np.bincount(flow, held.astype(np.float64), sides).astype(np.int64)
        return total.reshape(-1, 2)


def acked(flows: np.ndarray) -> np.ndarray:
    """Give the stream offset up to which each side of some rows of the flow table was acknowledged, or -1."""
    side, tcp = flows["side"], flows["protocol"] == 6
    low = np.where(side & SIDE_BORROW, 0, 1 << 32) + flows["low"].astype(np.int64)
    return np.where((side & SIDE_ACKED > 0) & tcp[:, None], np.maximum(flows["acked"] - low, 0), -1)


def captured(table: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield flow and side by number, and captured payload bytes, of some rows at a time, copies left out."""
    for begin in range(0, len(table), STEP):
        rows = table[begin : begin + STEP]
        kept = (rows["flow"] != NO_FLOW) & (rows["size"] >> SIZE_BITS & ROW_DUPLICATE == 0)
        yield rows["flow"][kept], (rows["place"][kept] & SIZE_MOST).astype(np.int64)
