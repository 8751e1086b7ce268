"""The handshake stream inside the records: messages put together again, with the place of each byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 1 << 18  # bytes of one handshake message that are kept; longer ones are passed over
_MOST_PIECES = 4096  # records that one message may be spread over


class Handshake:
    """Handshake bytes of one side, cut into messages (RFC 8446 section 4; 5.1 on how they are spread)."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._pieces: list[tuple[int, int]] = []  # (position in _bytes, stream offset) of each record's share
        self._pass_over = 0  # bytes of an overlong message still to come
        self.overlong = 0  # messages passed over

    def add(self, payload: bytes, offset: int) -> None:
        """Take the payload of one handshake record that stands at this stream offset."""
        if self._pass_over:
            taken = min(self._pass_over, len(payload))
            self._pass_over -= taken
            payload = payload[taken:]
            offset += taken
        if payload:
            self._pieces.append((len(self._bytes), offset))
            self._bytes += payload

    def messages(self) -> Iterator[tuple[int, bytes, Pieces]]:
        """Yield type, body and places of each whole message; what is left waits for more."""
        at = 0
        while at + 4 <= len(self._bytes):
            length = int.from_bytes(self._bytes[at + 1 : at + 4], "big")
            end = at + 4 + length
            if length > LARGEST:
                self.overlong += 1
                self._pass_over = max(0, end - len(self._bytes))
                at = min(end, len(self._bytes))
                continue
            if end > len(self._bytes):
                break
            yield self._bytes[at], bytes(self._bytes[at + 4 : end]), Pieces(self._pieces, at, end)
            at = end
        self._drop(at)
        if len(self._pieces) > _MOST_PIECES:
            self.overlong += 1
            self._drop(len(self._bytes))

    def rest(self) -> tuple[int, bytes, Pieces] | None:
        """Give the message that was begun and not ended: type, the bytes of its body, their places."""
        if not self._bytes:
            return None
        count = len(self._bytes)
        return self._bytes[0], bytes(self._bytes[4:]), Pieces(self._pieces, 0, count)

    def _drop(self, count: int) -> None:
        """Forget the first bytes."""
        if not count:
            return
        del self._bytes[:count]
        kept = [(at - count, offset) for at, offset in self._pieces]
        first = max((i for i, (at, _) in enumerate(kept) if at <= 0), default=0)
        kept = kept[first:] if self._bytes else []
        if kept and kept[0][0] < 0:
            kept[0] = (0, kept[0][1] - kept[0][0])
        self._pieces = kept


class Pieces:
    """Where the bytes of one handshake message lie in the stream."""

    def __init__(self, pieces: list[tuple[int, int]], start: int, end: int) -> None:
        self._pieces = [piece for piece in pieces if piece[0] < end]
        self._base = start
        self._end = end
        self.start = self.offset(start)  # stream offset of the message's header
        self.end = self.offset(end - 1) + 1 if end > start else self.start

    def offset(self, at: int) -> int:
        """Give the stream offset of a byte of the handshake stream."""
        for position, offset in reversed(self._pieces):
            if position <= at:
                return offset + at - position
        return self._pieces[0][1]

    def place(self, start: int, end: int) -> tuple[int, int, bool]:
        """Give the stream range of a body range, and whether it is just that slice."""
        first, last = self._base + 4 + start, self._base + 4 + end
        low, high = self.offset(first), self.offset(last - 1) + 1 if last > first else self.offset(first)
        return low, high, high - low == end - start
