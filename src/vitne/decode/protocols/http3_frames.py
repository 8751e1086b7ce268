"""Frames of HTTP/3: one stream of one direction cut into frames, bodies passed on as they come.

RFC 9114 sections 4.1, 6.2 and 7.  Only frames that are read are kept until they are whole.
"""

from __future__ import annotations

from typing import Protocol

from vitne.decode.protocols.quic_packets import varint

DATA, HEADERS, SETTINGS, PUSH_PROMISE = 0x00, 0x01, 0x04, 0x05
MOST_BLOCK = 1 << 20  # bytes of a frame that is read as a whole
_KEPT = {HEADERS, SETTINGS, PUSH_PROMISE}


class Sink(Protocol):
    """Whoever is told what the frames of a stream hold."""

    def frame(self, kind: int, offset: int, start: int, payload: bytes) -> None:
        """Take a whole frame: where it begins, and where its payload does."""
        ...

    def data(self, offset: int, content: bytes) -> None:
        """Take some bytes of a body."""
        ...

    def torn(self, end: int) -> None:
        """Take note that bytes of a body are missing up to an offset."""
        ...

    def lost(self, offset: int, length: int) -> None:
        """Take note that so many bytes cannot be read: a frame is cut by a hole, or too long."""
        ...


class FrameReader:
    """One direction of one stream, told to a sink."""

    def __init__(self, sink: Sink, offset: int) -> None:
        self.sink = sink
        self.offset = offset  # offset of the first byte of ``_pending``
        self._pending = bytearray()
        self._enough = 0  # bytes that a frame needs of which some are pending
        self._content = 0  # bytes of a body still to come in the frame in hand
        self._skip = 0  # bytes of no use still to come in it
        self._lost = 0  # bytes behind a hole that hit the head of a frame, or a frame that is read
        self._torn = False  # such a hole was met

    def feed(self, data: bytes) -> None:
        """Take bytes."""
        if self._torn:
            self._lost += len(data)
            return
        if self._content and not self._pending:  # the bulk: the bytes of a body are not copied twice
            content = data[: self._content]
            self._given(content)
            data = data[len(content) :]
        self._pending += data
        if len(self._pending) < self._enough:
            return
        block, at = bytes(self._pending), 0
        self._enough = 0
        while at < len(block):
            behind = self._move(block, at)
            if behind is None:
                break
            at = behind
        del self._pending[:at]

    def _given(self, content: bytes) -> None:
        self.sink.data(self.offset, content)
        self._content -= len(content)
        self.offset += len(content)

    def _move(self, block: bytes, at: int) -> int | None:
        """Take what follows; gives the position behind it, None where more bytes are needed."""
        if self._content:
            content = block[at : at + self._content]
            self._given(content)
            return at + len(content)
        if self._skip:
            step = min(self._skip, len(block) - at)
            self._skip -= step
            self.offset += step
            return at + step
        kind = varint(block, at)
        length = varint(block, kind[1]) if kind is not None else None
        if kind is None or length is None:
            return None
        head = length[1] - at
        if kind[0] in _KEPT and length[0] <= MOST_BLOCK:
            end = length[1] + length[0]
            if end > len(block):
                self._enough = end - at
                return None
            start, self.offset = self.offset, self.offset + end - at
            self.sink.frame(kind[0], start, start + head, block[length[1] : end])
            return end
        self.offset += head
        if kind[0] == DATA:
            self._content = length[0]
        else:
            self._skip = length[0]
            if kind[0] in _KEPT:
                self.sink.lost(self.offset, length[0])
        return length[1]

    def miss(self, length: int) -> None:
        """Take note of a hole."""
        if not self._torn and not self._pending and self._content + self._skip >= length:
            gone = min(length, self._content)
            self.offset += length
            if gone:
                self.sink.torn(self.offset - (length - gone))
            self._content -= gone
            self._skip -= length - gone
            return
        if self._content:
            self.sink.torn(self.offset + self._content)
        self._lost += len(self._pending) + length
        self._pending.clear()
        self._torn = True

    @property
    def cut(self) -> bool:
        """Say whether a frame is in hand that is not whole."""
        return not self._torn and bool(self._pending or self._content or self._skip)

    def finish(self) -> bool:
        """End the stream; gives whether it ended between two frames, and nothing was lost."""
        if self._torn:
            self.sink.lost(self.offset, self._lost)
        return not (self._torn or self.cut)
