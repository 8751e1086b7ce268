"""The streams of one side of a QUIC connection put together, and laid out one after the other.

summary: stream bytes in order, their holes, and which packet each of them came in
specification: RFC 9000 sections 2.2, 2.3 and 19.8; RFC 9221

Offsets inside count all streams of a side: each stream begins behind the end of the one before, with one byte
between them that no stream holds, so that nothing is ever read over the border of two streams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_STREAMS = 1 << 17  # streams of one side that are kept
_FURTHEST = 1 << 40  # bytes of one stream; nobody sends a terabyte
_BETWEEN = 1  # bytes between two streams that no stream holds
DATAGRAMS = -1  # number of the stream that unreliable datagrams are put into

_Run = tuple[int, int, "memoryview | bytes"]
"""Offset in the stream, number of the packet, bytes."""


class Stream(NamedTuple):
    """One stream of one side as it is laid out."""

    connection: int  # number of the connection, of those that share their addresses and ports
    number: int  # stream id (RFC 9000 section 2.1), DATAGRAMS for what came unreliably
    start: int  # half-open range of its offsets inside
    end: int
    missing: int  # bytes of it that no packet of the capture holds, as far as is known
    ended: bool  # its end was seen and all before it is there


class _Gathered:
    """The runs of one stream as they came."""

    __slots__ = ("final", "inorder", "next", "runs")

    def __init__(self) -> None:
        self.runs: list[_Run] = []
        self.next = 0  # offset behind the last run, while they come in order
        self.inorder = True
        self.final = -1  # length of the stream, where its end was seen


class Streams:
    """Gathers the runs of all streams of a side."""

    def __init__(self) -> None:
        self._streams: dict[int, _Gathered] = {}
        self.left_out = 0  # bytes of streams beyond what is kept

    def add(self, number: int, offset: int, content: memoryview | bytes, *, packet: int, fin: bool) -> None:
        """Take some bytes of a stream that came in a packet of the side."""
        found = self._streams.get(number)
        length = len(content)
        end = offset + length
        if found is None:
            if len(self._streams) >= MOST_STREAMS or end > _FURTHEST:
                self.left_out += length
                return
            found = self._streams[number] = _Gathered()
        if fin:
            found.final = end
        if offset != found.next:
            if end > _FURTHEST:
                self.left_out += length
                return
            found.inorder = False
        if length:
            found.next = end
            found.runs.append((offset, packet, content))

    def datagram(self, content: memoryview | bytes, *, packet: int) -> None:
        """Take an unreliable datagram."""
        found = self._streams.get(DATAGRAMS)
        self.add(DATAGRAMS, found.next + _BETWEEN if found else 0, content, packet=packet, fin=False)

    def lay_out(self, laid: Laid, connection: int) -> None:
        """Lay the streams of a connection out behind what is laid out already."""
        for number in sorted(self._streams):
            gathered = self._streams[number]
            runs = gathered.runs if gathered.inorder or number == DATAGRAMS else _untangled(gathered.runs)
            laid.take((connection, number), runs, gathered.final)
        self._streams.clear()


def _untangled(runs: list[_Run]) -> list[_Run]:
    """Put runs in order and drop what came before; of bytes that came twice the first stay, by offset."""
    done = 0
    kept = []
    for offset, packet, content in sorted(runs, key=lambda run: run[:2]):
        end = offset + len(content)
        if end <= done:
            continue
        skip = max(0, done - offset)
        kept.append((offset + skip, packet, content[skip:]))
        done = end
    return kept


class Laid:
    """All streams of one side, one after the other: bytes without holes, and columns of runs."""

    def __init__(self) -> None:
        self.streams: list[Stream] = []
        self.data = b""  # the bytes of all runs
        self.offsets = self.lengths = self.positions = self.packets = np.zeros(0, np.int64)
        self.missing = 0  # bytes of streams that no packet holds
        self._pieces: list[memoryview | bytes] = []
        self._rows: list[tuple[int, int, int]] = []  # offset inside, length, number of the packet
        self._end = 0

    def take(self, which: tuple[int, int], runs: Iterable[_Run], final: int) -> None:
        """Lay out the next stream (connection, number); its length is known if ``final`` is not negative."""
        connection, number = which
        base, reached, missing = self._end, 0, 0
        for offset, packet, content in runs:
            missing += offset - reached
            self._rows.append((base + offset, len(content), packet))
            self._pieces.append(content)
            reached = offset + len(content)
        if number == DATAGRAMS:
            missing = 0  # what stands between datagrams is nothing
        final = min(final, _FURTHEST)
        if final > reached:
            missing += final - reached
            reached = final
        self.missing += missing
        self.streams.append(
            Stream(connection, number, base, base + reached, missing, final >= 0 and not missing)
        )
        self._end = base + reached + _BETWEEN

    def finish(self) -> None:
        """Put bytes and columns together."""
        self.data = b"".join(self._pieces)
        self._pieces.clear()
        rows = np.array(self._rows, dtype=np.int64).reshape(-1, 3)
        self._rows.clear()
        columns: Any = np.ascontiguousarray(rows.T)
        self.offsets, self.lengths, self.packets = columns
        self.positions = np.cumsum(self.lengths) - self.lengths
