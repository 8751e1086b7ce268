"""What one side of QUIC conversations sent inside its packets, and what became of each packet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitne.decrypt.quic_streams import Laid
from vitne.decrypt.reasons import MISSING

if TYPE_CHECKING:
    import numpy as np


class Datagrams(NamedTuple):
    """The datagrams of one side, as columns."""

    data: bytes  # one after the other
    starts: np.ndarray  # int64: where each begins in them
    lengths: np.ndarray  # int64
    orders: np.ndarray  # int64: order in which they were seen, over both sides


class OpenedQuic:
    """What one side sent inside its packets, laid out stream after stream."""

    def __init__(self) -> None:
        self.laid = Laid()
        self.starts: list[int] = []  # of each opened packet: half-open range in the side's data
        self.ends: list[int] = []
        self.orders: list[int] = []  # when it was seen
        self.read = 0  # bytes of packets that authenticated
        self.unread: dict[str, int] = {}  # reason -> bytes of packets, or of streams that are missing
        self.first_unread: int | None = None  # where the first packet begins that was not read
        self.last_unread = 0  # where the last one ends

    def add(self, start: int, end: int, order: int) -> int:
        """Take note of an opened packet; gives its number."""
        self.starts.append(start)
        self.ends.append(end)
        self.orders.append(order)
        self.read += end - start
        return len(self.starts) - 1

    def lose(self, reason: str, start: int, end: int) -> None:
        """Count a packet that was not read."""
        self.first_unread = start if self.first_unread is None else min(start, self.first_unread)
        self.last_unread = max(end, self.last_unread)
        self.unread[reason] = self.unread.get(reason, 0) + end - start

    def finish(self) -> None:
        """Put the streams together; what no packet holds of them counts as missing."""
        self.laid.finish()
        if self.laid.missing:
            self.unread[MISSING] = self.unread.get(MISSING, 0) + self.laid.missing
