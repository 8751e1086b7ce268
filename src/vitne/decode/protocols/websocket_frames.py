"""Frames of a WebSocket: one direction cut into frames, masks undone, bytes passed on as they come.

RFC 6455 section 5.2 and 5.3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from vitne.encodings._websocket_head import head_of, unmask

if TYPE_CHECKING:
    from vitne.encodings._websocket_head import Frame

_CHAIN = 3  # frames that must follow one another where the thread was lost
_STARTS = (
    re.compile(rb"[\x81\x82\xc1\xc2\x88-\x8a][\x00-\x7f]"),
    re.compile(rb"[\x81\x82\xc1\xc2\x88-\x8a][\x80-\xff]"),
)
_HEAD = 14  # bytes of the longest head


class Sink(Protocol):
    """Whoever is told what the frames hold."""

    def begin(self, frame: Frame) -> None:
        """Note that a frame begins."""
        ...

    def data(self, offset: int, content: bytes) -> None:
        """Take some bytes of it, the mask undone."""
        ...

    def torn(self, offset: int, length: int) -> None:
        """Note that some bytes of it are missing."""
        ...

    def end(self, frame: Frame, offset: int) -> None:
        """Note that it ends at a stream offset."""
        ...

    def lost(self, offset: int, length: int, *, hole: bool) -> None:
        """Note that bytes were passed over because no frame could be told."""
        ...


class FrameReader:
    """One direction of a connection, told to a sink."""

    def __init__(self, sink: Sink, base: int, *, masked: bool) -> None:
        self.sink = sink
        self.offset = base  # stream offset of the first byte of ``pending``
        self.pending = bytearray()
        self.masked = masked  # frames of this side are to be masked (section 5.1)
        self.frame: Frame | None = None  # the frame in hand
        self.done = 0  # bytes of its payload that went by
        self.searching = self.hole = False  # the thread was lost, and by a hole
        self.passed = 0  # bytes passed over while searching

    def feed(self, data: bytes) -> None:
        """Take bytes."""
        self.pending += data
        while self.pending and self._move():
            continue

    def _drop(self, count: int) -> None:
        del self.pending[:count]
        self.offset += count

    def _move(self) -> bool:
        """Make one move with the bytes in hand; False where more are needed."""
        if self.searching:
            return self._search(final=False)
        if self.frame is not None:
            self._payload(self.frame)
            return True
        frame = head_of(self.pending, 0, self.offset)
        if frame is None:
            return False
        if frame.opcode < 0:
            self._lose(hole=False)
            return True
        self._drop(frame.head)
        self.frame, self.done = frame, 0
        self.sink.begin(frame)
        self._end(frame)
        return True

    def _payload(self, frame: Frame) -> None:
        content = bytes(self.pending[: frame.length - self.done])
        plain = unmask(content, frame.mask, self.done) if frame.masked else content
        self.sink.data(self.offset, plain)
        self.done += len(content)
        self._drop(len(content))
        self._end(frame)

    def _end(self, frame: Frame) -> None:
        if self.done >= frame.length:
            self.frame = None
            self.sink.end(frame, self.offset)

    # -- where frames cannot be told apart -------------------------------------------------------------------

    def _lose(self, *, hole: bool) -> None:
        self.searching, self.hole = True, hole
        self.frame = None
        self.passed = 0
        if not hole:
            self.passed = 1
            self._drop(1)  # never the same one again

    def _search(self, *, final: bool) -> bool:
        """Look for frames that follow one another; False where more bytes are needed to tell."""
        found, told = len(self.pending) if final else max(0, len(self.pending) - _HEAD), None
        since = 0
        while (match := _STARTS[self.masked].search(self.pending, since)) is not None:
            told = self._chained(match.start(), final=final)
            if told is not False:
                found = match.start()
                break
            since = match.start() + 1
        self.passed += found
        self._drop(found)
        if not told:
            return False
        self._found()
        return True

    def _found(self) -> None:
        self.searching = False
        self.sink.lost(self.offset - self.passed, self.passed, hole=self.hole)
        self.passed = 0

    def _chained(self, at: int, *, final: bool) -> bool | None:
        """Say whether frames follow one another from here; None where the bytes do not suffice to tell."""
        for known in range(_CHAIN):
            frame = head_of(self.pending, at, 0)
            if frame is None:
                return (at == len(self.pending) and known > 0) or (known > 1) if final else None
            if frame.opcode < 0 or frame.masked != self.masked or frame.length > 1 << 16:
                return False
            at += frame.head + frame.length
        return True

    def _tail(self) -> None:
        """Find what frames there are in bytes behind which nothing follows for now."""
        while self.searching and self.pending and self._search(final=True):
            self._drain()

    def _drain(self) -> None:
        """Read on while frames are told apart."""
        while self.pending and not self.searching and self._move():
            continue

    def miss(self, length: int) -> None:
        """Take note of a hole."""
        self._tail()
        frame = self.frame
        if frame is not None and not self.pending and frame.length - self.done >= length:
            self.sink.torn(self.offset, length)
            self.done += length
            self.offset += length
            self._end(frame)
            return
        if not self.searching:
            self._lose(hole=True)
        self.hole = True
        self.passed += len(self.pending) + length
        self._drop(len(self.pending))
        self.offset += length

    def finish(self) -> bool:
        """End this direction; gives whether a frame was left unfinished."""
        self._tail()
        if self.searching and self.passed:
            self._found()
        left = bool(self.pending) or self.frame is not None
        self._drop(len(self.pending))
        return left
