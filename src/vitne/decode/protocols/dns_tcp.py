"""DNS over TCP.

summary: names asked for and answered, over a connection
specification: RFC 1035 section 4.2.2; RFC 7766

Each message has its length in two bytes before it.  Once a hole swallows such a length, nothing tells where
the next message begins; what follows is reported as not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.decode.protocols import dns_message
from vitne.model import Fit, Gap, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import Message, Oddity


class _Side:
    """What one side has sent and is not read yet."""

    def __init__(self, base: int) -> None:
        self.pending = bytearray()
        self.offset = base  # stream offset of the first pending byte
        self.skip = 0  # bytes to pass over: the rest of a message that a hole has cut
        self.lost: int | None = None  # stream offset from which nothing can be read


class DnsTcp:
    """The DNS messages of one connection."""

    name = "dns-tcp"
    summary = "names asked for and answered, over a connection"
    specification = "RFC 1035 section 4.2.2; RFC 7766"

    def __init__(self, base: tuple[int, int] = (0, 0)) -> None:
        self._reader = dns_message.Reader("dns")
        self._sides = (_Side(base[0]), _Side(base[1]))

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """Say how well the first bytes of a side fit: a length and a message of that length."""
        del side
        length = int.from_bytes(head[:2])
        if transport != "tcp" or length < 17:
            return Fit.NO
        return dns_message.fit(head[2 : 2 + length])

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take the next bytes."""
        state = self._sides[side]
        if state.lost is not None:
            state.offset += len(data)
            return
        if state.skip:
            step = min(state.skip, len(data))
            state.skip -= step
            state.offset += step
            data = data[step:]
        pending = state.pending
        pending += data
        at = 0
        while len(pending) - at >= 2:
            stop = at + 2 + int.from_bytes(pending[at : at + 2])
            if len(pending) < stop:
                break
            base = state.offset + at + 2
            try:
                yield from self._reader.read(side, bytes(pending[at + 2 : stop]), base=base)
            except Malformed as error:
                yield Gap(kind="malformed", why=error.why, offset=base - 2, length=stop - at)
            at = stop
        del pending[:at]
        state.offset += at

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:
        """Take note of a hole: what stands before it is read as far as it goes."""
        state = self._sides[side]
        if state.lost is None:
            pending = state.pending
            left = state.skip
            if len(pending) >= 2:
                left = 2 + int.from_bytes(pending[:2]) - len(pending)
            yield from self._cut(side, state)
            if length <= left:
                state.skip = left - length
            else:
                state.skip = 0
                state.lost = state.offset + length
        state.offset += length

    def _cut(self, side: int, state: _Side) -> Iterator[Message | Oddity | Gap]:
        """Read a message of which the end is missing."""
        data = bytes(state.pending)
        state.pending.clear()
        if len(data) >= 14:
            yield from self._reader.read(side, data[2:], base=state.offset + 2)
        elif data:
            yield Gap(kind="malformed", why="a DNS message is cut off", offset=state.offset, length=len(data))
        state.offset += len(data)

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """End a side: half a message is read as far as it goes."""
        state = self._sides[side]
        yield from self._cut(side, state)
        if state.lost is not None and state.offset > state.lost:
            length = state.offset - state.lost
            yield Gap(
                kind="missing-segment",
                why="behind a hole no message can be found",
                offset=state.lost,
                length=length,
            )
            state.lost = state.offset


decoder = DnsTcp
