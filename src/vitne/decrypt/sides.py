"""One side of a TLS connection: its records opened one after the other, and what became of each byte.

summary: epochs of one side, the number of each record, what was read and what was not, and why
specification: RFC 8446 sections 4.6.3, 5.3 and 7; RFC 5246 section 6.1
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.decrypt.records import DATA, HEADER, LOST

if TYPE_CHECKING:
    from vitne.decrypt.openers import Opened, Opener
    from vitne.decrypt.records import Record
    from vitne.decrypt.suites import Suite

_MOST_GUESSES = 1 << 14  # record numbers tried on one side behind holes
_MOST_SKIPPED = 2048  # records that a hole is believed to hide at most
_LEAST_RECORD = HEADER + 17  # bytes of the shortest closed record


class Epoch:
    """The keys of one stretch of a side's records, and the number of the next of them."""

    __slots__ = ("advances", "name", "number", "opened", "opener", "suite")

    def __init__(
        self, name: str, opener: Opener | None, *, advances: bool = False, suite: Suite | None = None
    ) -> None:
        self.name = name  # "early", "handshake", "application", "session"
        self.opener = opener  # None where its secret is not in the key log
        self.number = 0  # of the next record
        self.opened = False  # at least one record authenticated
        self.advances = advances  # a key update may follow
        self.suite = suite  # where it is only tried


class OpenedSide:
    """What one side sent inside the records, and where each byte came from.

    Offsets count the bytes of the application data; what could not be read leaves a jump, as in a stream.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes | memoryview] = []
        self._size = 0
        self._end = 0  # offset of the next byte inside
        self._rows = array("q")  # position, offset, length, start, end of each record, flat
        self.data = b""  # the bytes inside, without holes
        self.read = 0  # payload bytes of records that authenticated
        self.unread: dict[str, int] = {}  # reason -> payload bytes
        self.first_unread: int | None = None  # stream offset of the first record that was not read
        self.last_unread = 0  # stream offset behind the last one
        self.positions = self.offsets = self.lengths = self.starts = self.ends = np.zeros(0, np.int64)

    def add(self, content: Opened, record: Record) -> None:
        """Take the application data of one record."""
        _, plain, length = content
        if not length:
            return
        self._pieces.append(plain if length == len(plain) else memoryview(plain)[:length])
        self._rows.extend((self._size, self._end, length, record.start, record.end))
        self._size += length
        self._end += length

    def lose(self, reason: str, record: Record, *, inside: int) -> None:
        """Count a record that was not read; ``inside`` is how long its content may have been."""
        if self.first_unread is None:
            self.first_unread = record.start
        self.last_unread = record.end
        header = 0 if record.kind == LOST else HEADER
        self.unread[reason] = self.unread.get(reason, 0) + max(0, record.end - record.start - header)
        self._end += max(0, inside)

    def finish(self) -> None:
        """Put bytes and columns together."""
        self.data = b"".join(self._pieces)
        self._pieces.clear()
        rows = (
            np.frombuffer(self._rows, dtype=np.int64).reshape(-1, 5) if self._rows else np.zeros((0, 5), int)
        )
        columns: Any = np.ascontiguousarray(rows.T)
        self.positions, self.offsets, self.lengths, self.starts, self.ends = columns

    def wire(self, start: int, end: int) -> tuple[int, int]:
        """Give the stream range of the records that hold bytes [start, end) inside."""
        if not len(self.offsets):
            return 0, 0
        low = int(np.searchsorted(self.offsets + self.lengths, start, side="right"))
        high = int(np.searchsorted(self.offsets, max(end, start + 1), side="left"))
        low = min(low, len(self.offsets) - 1)
        return int(self.starts[low]), int(self.ends[max(low, high - 1)])


class Ladder:
    """The epochs of one side, in order, and how one finds where a record belongs."""

    def __init__(self, epochs: list[Epoch]) -> None:
        self.epochs = epochs
        self.at = 0
        self.guesses = _MOST_GUESSES
        self.slack = 0  # records that may be missing before the next one

    @property
    def now(self) -> Epoch:
        """The epoch in hand."""
        return self.epochs[self.at]

    def step(self) -> None:
        """Go on to the next epoch, if there is one."""
        self.at = min(self.at + 1, len(self.epochs) - 1)

    def skipped(self, length: int) -> None:
        """Take note that so many bytes of unknown records were passed over."""
        self.slack = min(_MOST_SKIPPED, self.slack + length // _LEAST_RECORD + 1)

    def failed(self, *, known: bool) -> None:
        """Take note of a record that did not open: a damaged one counts, where the keys are known to fit."""
        self.slack = min(_MOST_SKIPPED, self.slack + 1) if known else max(self.slack, 1)

    def open(self, record: Record) -> Opened | None:
        """Open a record: with the next number, else behind a hole with later ones, else in a later epoch."""
        epoch = self.now
        payload = record.payload
        assert payload is not None  # noqa: S101  (whole records only are handed over)
        if epoch.opener is not None:
            content = epoch.opener.open(epoch.number, record.header, payload)
            if content is not None:
                epoch.number += 1
                epoch.opened = True
                self.slack = 0
                return content
        return self._search(record, payload)

    def _search(self, record: Record, payload: bytes | memoryview) -> Opened | None:
        for ahead in range(self.at, len(self.epochs)):
            epoch = self.epochs[ahead]
            if epoch.opener is None:
                continue
            first = epoch.number + (ahead == self.at)
            for number in range(first, first + self.slack + (ahead != self.at)):
                if self.guesses <= 0:
                    return None
                self.guesses -= 1
                content = epoch.opener.open(number, record.header, payload)
                if content is not None:
                    self.at, self.slack = ahead, 0
                    epoch.number, epoch.opened = number + 1, True
                    return content
        return None


def inside_length(record: Record, epoch: Epoch | None) -> int:
    """Guess how many bytes of application data a record holds that cannot be read."""
    if record.kind not in {LOST, DATA}:
        return 0
    over = 0 if record.kind == LOST else HEADER
    if epoch is not None and epoch.opener is not None and record.kind == DATA:
        over += epoch.opener.overhead
    return max(1, record.end - record.start - over)
