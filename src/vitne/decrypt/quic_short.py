"""The 1-RTT packets of one side of a QUIC connection: the bulk of it, opened in their order.

summary: packets with short headers opened over losses, reordering, key updates and changes of connection id
specification: RFC 9000 sections 5.1, 12.3 and 17.3; RFC 9001 section 6
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.decrypt.quic_connection import APPLICATION
from vitne.decrypt.quic_cover import least, short_headers, whole_number
from vitne.decrypt.quic_frames import read_frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.decrypt.quic_connection import Connection
    from vitne.decrypt.quic_cover import Cover
    from vitne.decrypt.quic_side import OpenedQuic

_TOGETHER = 1 << 14  # packets whose headers are uncovered at one go
_MOST_GUESSES = 1 << 14  # tries with other keys and numbers, on one side of a connection
_PHASES_AHEAD = 4  # key updates that a hole is believed to hide
_WINDOWS_AHEAD = 4  # how often a packet number may have come round in a hole
_ANY_LENGTH = tuple(range(21))  # of a connection id (RFC 9000 section 17.2)


class Short(NamedTuple):
    """A packet with a short header."""

    start: int  # half-open range in the data of its side
    end: int
    order: int  # when it was seen, over both sides


class Bulk:
    """The 1-RTT packets of one side of a connection."""

    def __init__(self, connection: Connection, side: int, data: bytes, opened: OpenedQuic) -> None:
        self.connection = connection
        self.side = side
        self.opened = opened
        self._data = data
        self._view = memoryview(data)
        self._guesses = _MOST_GUESSES
        self._phase = 0  # key phases since the handshake
        self._space = (side, APPLICATION)

    def take(self, shorts: Sequence[Short]) -> list[Short]:
        """Open packets in their order, with the ids known so far; gives back those that stay closed."""
        lengths = self.connection.id_lengths(self.side) or _ANY_LENGTH
        left = list(shorts)
        for length in lengths:
            if not left:
                break
            left = self._with_length(left, length)
        return left

    def _with_length(self, shorts: list[Short], id_length: int) -> list[Short]:
        """Open packets that go to an id of this length."""
        connection = self.connection
        closed: list[Short] = []
        for cover in connection.covers(APPLICATION, self.side, connection.version):
            closed = []
            for at in range(0, len(shorts), _TOGETHER):
                closed += self._some(shorts[at : at + _TOGETHER], id_length, cover)
            if cover.opened:
                return closed
        return shorts

    def _some(self, shorts: list[Short], id_length: int, cover: Cover) -> list[Short]:
        """Open some packets, whose headers are uncovered together."""
        enough = least(id_length)
        closed = [short for short in shorts if short.end - short.start < enough]
        fit = [short for short in shorts if short.end - short.start >= enough] if closed else shorts
        if not fit:
            return closed
        starts = np.array([short.start for short in fit], dtype=np.int64)
        headers = short_headers(np.frombuffer(self._data, dtype=np.uint8), starts, id_length, cover)
        connection = self.connection
        connection.side, connection.level = self.side, APPLICATION
        numbers = connection.largest
        largest = numbers.get(self._space, -1)
        for index, (start, end, order) in enumerate(fit):
            size = headers.size[index]
            behind = start + 1 + id_length + size
            text = headers.header(index, id_length)
            number = whole_number(headers.number[index], size, largest + 1)
            bit = headers.first[index] >> 2 & 1
            plain = None
            if bit == self._phase & 1:
                plain = cover.open(number, text, self._view[behind:end], self._phase)
            if plain is None:
                number, plain = self._search(cover, text, self._view[behind:end], (number, size, bit))
            if plain is None:
                closed.append(fit[index])
                continue
            largest = max(number, largest)
            numbers[self._space] = largest
            connection.packet = self.opened.add(start, end, order)
            if read_frames(plain, connection) < len(plain):
                connection.unknown_frames += 1
        return closed

    def _search(
        self, cover: Cover, text: memoryview, closed: memoryview, told: tuple[int, int, int]
    ) -> tuple[int, bytes | None]:
        """Try other key phases, and behind losses later packet numbers.

        ``told`` is the number as expected, its written size and the phase bit.
        """
        number, size, bit = told
        now = self._phase
        phases = [now + 1] if bit != now & 1 else []
        phases += [now - 1] if bit != now & 1 and now else []
        if cover.opened or not self._phase:
            phases += [
                phase for phase in range(now, now + _PHASES_AHEAD) if phase & 1 == bit and phase != now + 1
            ]
        for window in range(_WINDOWS_AHEAD):
            tried = number + window * (1 << (8 * size))
            for phase in phases:
                if not window and phase == now:
                    continue
                if self._guesses <= 0:
                    return number, None
                self._guesses -= 1
                plain = cover.open(tried, text, closed, phase)
                if plain is not None:
                    self._phase = max(phase, now)
                    return tried, plain
        return number, None
