"""Views of what was inside: bytes that were taken out of records or packets, by the frames of these."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

from vitne.pipeline.views import SideView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.decrypt import OpenedSide
    from vitne.decrypt.quic_connection import Connection
    from vitne.decrypt.quic_side import OpenedQuic
    from vitne.decrypt.quic_streams import Stream


class OpenedView(SideView):
    """The bytes inside the records of one side; each run is the content of one record."""

    __slots__ = ("_side", "outer")
    codec = "tls"  # what the bytes inside were taken out of, as the first layer of a finding names it
    path = "application-data"

    def __init__(self, side: OpenedSide, outer: SideView) -> None:
        self.outer = outer
        self._side = side
        self.start, self.end, self.base = 0, len(side.data), 0
        self.positions, self.offsets, self.lengths = side.positions, side.offsets, side.lengths
        first = np.searchsorted(outer.offsets + outer.lengths, side.starts, side="right")
        self.rows = outer.rows[np.minimum(first, len(outer.rows) - 1)]
        self.data = side.data
        self._lists, self._ends, self._shift = None, None, -1

    def wire(self, start: int, end: int) -> tuple[int, int]:
        """Give the stream range of the records that hold bytes [start, end) inside."""
        return self._side.wire(start, end)

    def row_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the least and greatest row that hold the records of a range."""
        return self.outer.row_span(*self.wire(start, end))

    def rows_of(self, start: int, end: int) -> list[int]:
        """Give the rows that hold the records of a range, ascending."""
        return self.outer.rows_of(*self.wire(start, end))

    def acknowledged(self, acked: int | None) -> int | None:
        """Give up to where the bytes inside were acknowledged when the stream was up to ``acked``."""
        if acked is None:
            return None
        whole = int(np.searchsorted(self._side.ends, acked, side="right"))
        return int(self.offsets[whole - 1] + self.lengths[whole - 1]) if whole else 0


class QuicView(OpenedView):
    """The bytes of all streams of one side; each run is what one packet held of one stream."""

    __slots__ = (
        "_ends_of_packets", "_packets", "_run_ends", "_span_starts", "_spans", "_starts_of_packets",
        "connections", "streams",
    )  # fmt: skip
    codec, path = "quic", "stream"

    def __init__(self, side: OpenedQuic, outer: SideView, connections: tuple[Connection, ...]) -> None:
        laid = side.laid
        self.outer = outer
        self.streams: list[Stream] = laid.streams
        self.connections = connections
        self._packets = laid.packets
        self._starts_of_packets = np.array(side.starts, dtype=np.int64)
        self._ends_of_packets = np.array(side.ends, dtype=np.int64)
        self.start, self.end, self.base = 0, len(laid.data), 0
        self.positions, self.offsets, self.lengths = laid.positions, laid.offsets, laid.lengths
        self.rows = np.array(side.orders, dtype=np.int64)[laid.packets]
        self._run_ends = laid.offsets + laid.lengths
        self._spans: list[tuple[int, int, int]] | None = None
        self._span_starts: list[int] = []
        self.data = laid.data
        self._lists, self._ends, self._shift = None, None, -1

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Yield (offset, start, end) of each stretch without a hole, ``data`` positions half-open."""
        if self._spans is None:
            self._spans = list(super().spans())
            self._span_starts = [offset for offset, _, _ in self._spans]
        yield from self._spans

    def within(self, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Yield offset and bytes of each stretch of a range; there may be as many as there are streams."""
        if self._spans is None:
            next(self.spans(), None)
        spans = self._spans or []
        for number in range(max(0, bisect_right(self._span_starts, start) - 1), len(spans)):
            offset, low, high = spans[number]
            if offset >= end:
                break
            first, last = max(start, offset), min(end, offset + high - low)
            if first < last:
                yield first, self.data[low + first - offset : low + last - offset]

    def slice(self, start: int, end: int) -> bytes:
        """Give the bytes of a range; bytes in holes are left out."""
        pieces = [piece for _, piece in self.within(start, end)]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _runs_of(self, start: int, end: int) -> tuple[int, int]:
        low = int(np.searchsorted(self._run_ends, start, side="right"))
        high = int(np.searchsorted(self.offsets, max(end, start + 1), side="left"))
        low = min(low, len(self.offsets) - 1)
        return low, max(high, low + 1)

    def wire(self, start: int, end: int) -> tuple[int, int]:
        """Give the range of the packets that hold bytes [start, end) inside."""
        first, behind = self._runs_of(start, end)
        packets = self._packets[first:behind]
        low, high = self._starts_of_packets[packets].min(), self._ends_of_packets[packets].max()
        return self.outer.base + int(low), self.outer.base + int(high)

    def row_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the least and greatest row of the datagrams that hold a range."""
        first, behind = self._runs_of(start, end)
        rows = self.rows[first:behind]
        return int(rows.min()), int(rows.max())

    def rows_of(self, start: int, end: int) -> list[int]:
        """Give the rows of the datagrams that hold a range, ascending."""
        first, behind = self._runs_of(start, end)
        return sorted(set(self.rows[first:behind].tolist()))

    def acknowledged(self, acked: int | None) -> int | None:
        """Give nothing: what was acknowledged went closed, too."""
        del acked
        return None

    def seen(self, offset: int) -> int:
        """Give when the byte at an offset was seen: the row of its packet."""
        return int(self.rows[self._runs_of(offset, offset + 1)[0]])

    def part_of(self, stream: Stream) -> SideView:
        """Give the bytes of one stream, at the same offsets."""
        low, high = np.searchsorted(self.offsets, [stream.start, stream.end])
        begin = int(self.positions[low]) if low < high else 0
        end = int(self.positions[high - 1] + self.lengths[high - 1]) if low < high else 0
        of_runs = (self.positions, self.offsets, self.lengths, self.rows)
        columns = tuple(column[int(low) : int(high)] for column in of_runs)
        columns = (columns[0] - begin, *columns[1:])
        return SideView.of_runs(self.data[begin:end], stream.start, columns)
