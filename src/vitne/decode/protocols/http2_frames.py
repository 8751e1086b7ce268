"""Frames of HTTP/2: one direction cut into frames, header blocks put together, bodies passed on as they come.

RFC 9113 sections 3.4, 4.1, 4.3, 6.1, 6.2, 6.4, 6.6 and 6.10.  Only frames that are read are kept until they
are whole; bytes of bodies are handed on at once.
"""

from __future__ import annotations

import re
from typing import Protocol

DATA, HEADERS, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 4, 8, 32
HEAD = 9  # bytes of a frame's head
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # section 3.4
MOST_BLOCK = 1 << 20  # bytes of a header block that is read
_KEPT = {HEADERS, RESET, PUSH, CONTINUATION}  # kinds that are read as a whole
_LENGTHS = {2: 5, RESET: 4, PING: 8, WINDOW: 4}  # kinds of a fixed length
_ON_STREAM = {DATA, HEADERS, 2, RESET, PUSH, CONTINUATION}  # kinds that belong to a stream
_ON_CONNECTION = {SETTINGS, PING, GOAWAY}
_LARGEST_UNKNOWN = 16384  # bytes of a frame of an unknown kind: nobody asked for more (section 4.2)
_BELIEVED = 1 << 24  # number of a stream that is too great to be believed where frames are looked for
_CHAIN = 3  # frames that must follow one another where the thread was lost
_START = re.compile(rb"\x00[\x00-\x40][\x00-\xff][\x00-\x09][\x00-\x2d]\x00")


class Block:
    """A header block being put together from its fragments."""

    __slots__ = ("data", "end", "ends_stream", "pieces", "promised", "start", "stream", "whole")

    def __init__(self, stream: int, start: int) -> None:
        self.stream = stream
        self.promised = 0  # stream that a PUSH_PROMISE announces, 0 for HEADERS
        self.start = start  # offset of the first frame
        self.end = start  # offset behind the last frame
        self.data = bytearray()
        self.pieces: list[tuple[int, int]] = []  # position in data and stream offset of each fragment
        self.ends_stream = False
        self.whole = True  # false: longer than is read

    def add(self, offset: int, fragment: bytes, end: int) -> None:
        """Take a fragment that stands at a stream offset, of a frame that ends at another."""
        self.end = end
        if len(self.data) + len(fragment) > MOST_BLOCK:
            self.whole = False
        elif fragment:
            self.pieces.append((len(self.data), offset))
            self.data += fragment

    def place(self, start: int, end: int) -> tuple[int, int, bool]:
        """Give the stream range of a range of the block, and whether it is just that slice."""
        low = self._offset(start)
        high = self._offset(end - 1) + 1 if end > start else low
        return low, high, high - low == end - start

    def _offset(self, at: int) -> int:
        for position, offset in reversed(self.pieces):
            if position <= at:
                return offset + at - position
        return self.start


class Sink(Protocol):
    """Whoever is told what the frames hold."""

    def block(self, block: Block) -> None:
        """Take a whole header block."""
        ...

    def data(self, stream: int, offset: int, content: bytes) -> None:
        """Take some bytes of a body."""
        ...

    def torn(self, stream: int, offset: int, length: int) -> None:
        """Take note that so many bytes of a body are missing."""
        ...

    def ended(self, stream: int, offset: int, *, reset: bool) -> None:
        """Take note that a stream ends, in order or by a reset."""
        ...

    def lost(self, offset: int, length: int, *, hole: bool) -> None:
        """Take note that so many bytes were passed over because no frame could be told."""
        ...


class FrameReader:
    """One direction of a connection, told to a sink."""

    def __init__(self, sink: Sink, base: int, *, preface: bool) -> None:
        self.sink = sink
        self.offset = base  # stream offset of the first byte of ``pending``
        self.pending = bytearray()
        self.preface = preface  # the client's first bytes may still come
        self.block: Block | None = None
        self.searching = False  # the thread was lost, a frame is looked for
        self.hole = False  # by a hole
        self.passed = 0  # bytes passed over while searching
        self.stream = 0  # stream of the frame in hand
        self.content = 0  # bytes of a body still to come in it
        self.skip = 0  # bytes behind them that are of no use: padding, frames that are not read
        self.ends = False  # the stream ends with it

    def feed(self, data: bytes) -> None:
        """Take bytes."""
        self.pending += data
        while self.pending and self._move():
            continue

    def _move(self) -> bool:
        """Make one move with the bytes in hand; False where more are needed."""
        if self.searching:
            return self._search(final=False)
        if self.content or self.skip:
            return self._body()
        if self.preface:
            if len(self.pending) < len(PREFACE) and PREFACE.startswith(bytes(self.pending)):
                return False
            self.preface = False
            if self.pending.startswith(PREFACE):
                self._drop(len(PREFACE))
                return True
        return self._frame()

    def _drop(self, count: int) -> None:
        del self.pending[:count]
        self.offset += count

    def _body(self) -> bool:
        if self.content:
            content = bytes(self.pending[: self.content])
            self.sink.data(self.stream, self.offset, content)
            self.content -= len(content)
            self._drop(len(content))
        skipped = min(self.skip, len(self.pending))
        if not self.content and skipped:
            self.skip -= skipped
            self._drop(skipped)
        self._end_frame()
        return True

    def _end_frame(self) -> None:
        if self.ends and not self.content and not self.skip:
            self.ends = False
            self.sink.ended(self.stream, self.offset, reset=False)

    def _frame(self) -> bool:
        """Read the head of a frame, and the whole of one that is kept."""
        pending = self.pending
        if len(pending) < HEAD:
            return False
        length, kind, flags, stream = _head(pending, 0)
        if pending[5] & 0x80 or not _possible(length, kind, stream) or not self._in_turn(kind, stream):
            self._lose()
            return True
        if kind in _KEPT and length <= MOST_BLOCK:
            if len(pending) < HEAD + length:
                return False
            payload = bytes(pending[HEAD : HEAD + length])
            start = self.offset
            self._drop(HEAD + length)
            self._kept(kind, flags, payload, (stream, start))
            return True
        pad = 0
        if kind == DATA and flags & PADDED and length:
            if len(pending) < HEAD + 1:
                return False
            pad = pending[HEAD]
            if pad >= length:
                self._lose()
                return True
            self._drop(1)
            length -= 1
        self._drop(HEAD)
        self.stream = stream
        self.content = length - pad if kind == DATA else 0
        self.skip = pad if kind == DATA else length
        self.ends = kind == DATA and bool(flags & END_STREAM)
        self._end_frame()
        return True

    def _in_turn(self, kind: int, stream: int) -> bool:
        """Say whether a frame may come now: nothing stands between the fragments of a block (4.3)."""
        if self.block is None:
            return kind != CONTINUATION
        return kind == CONTINUATION and stream == self.block.stream

    def _kept(self, kind: int, flags: int, payload: bytes, where: tuple[int, int]) -> None:
        """Read a frame that is there as a whole; ``where`` is its stream and its offset."""
        stream, start = where
        if kind == RESET:
            self.sink.ended(stream, self.offset, reset=True)
            return
        low, high = 0, len(payload)
        if kind != CONTINUATION and flags & PADDED:
            low, high = 1, high - (payload[0] if payload else 0)
        if kind == HEADERS and flags & PRIORITY:
            low += 5
        block = self.block or Block(stream, start)
        if kind == PUSH:
            block.promised = int.from_bytes(payload[low : low + 4], "big") & 0x7FFFFFFF
            low += 4
        if low > high:
            self._lose(back=start)
            return
        if kind == HEADERS:
            block.ends_stream = bool(flags & END_STREAM)
        block.add(start + HEAD + low, payload[low:high], self.offset)
        self.block = None if flags & END_HEADERS else block
        if flags & END_HEADERS:
            self.sink.block(block)

    # -- where frames cannot be told apart -------------------------------------------------------------------

    def _lose(self, *, back: int | None = None, hole: bool = False) -> None:
        """Begin to look for the next frame."""
        self.searching, self.hole = True, hole
        self.passed = 0 if back is None else self.offset - back
        self.content = self.skip = 0
        self.ends = False
        self.block = None
        if not hole and back is None and self.pending:
            self.passed += 1
            self._drop(1)  # never the same one again

    def _search(self, *, final: bool) -> bool:
        """Look for frames that follow one another; False where more bytes are needed to tell."""
        pending = self.pending
        found = None
        since = 0
        while (match := _START.search(pending, since)) is not None:
            told = _chained(pending, match.start(), final=final)
            if told is not False:
                found = match.start()
                break
            since = match.start() + 1
        if found is None:
            found = len(pending) if final else max(0, len(pending) - HEAD)
            told = None
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
        if not self.searching and not self.pending and self.content + self.skip >= length:
            gone = min(length, self.content)
            if gone:
                self.sink.torn(self.stream, self.offset, gone)
            self.content -= gone
            self.skip -= length - gone
            self.offset += length
            self._end_frame()
            return
        if not self.searching:
            if self.content:
                self.sink.torn(self.stream, self.offset, self.content)
            self._lose(hole=True)
        self.hole = True
        self.passed += len(self.pending) + length
        self._drop(len(self.pending))
        self.offset += length

    def finish(self) -> int:
        """End this direction; gives whether, and how many, bytes of an unfinished frame are left."""
        self._tail()
        if self.searching and self.passed:
            self._found()
        left = len(self.pending)
        self._drop(left)
        return left + (1 if self.content or self.skip or self.block is not None else 0)


def _head(data: bytearray, at: int) -> tuple[int, int, int, int]:
    """Read the head of a frame: length, kind, flags, stream (section 4.1)."""
    length = data[at] << 16 | data[at + 1] << 8 | data[at + 2]
    return length, data[at + 3], data[at + 4], int.from_bytes(data[at + 5 : at + 9], "big") & 0x7FFFFFFF


def _possible(length: int, kind: int, stream: int) -> bool:
    """Say whether a head may be one, by the rules for each kind; unknown kinds are passed over (5.5)."""
    if kind in _LENGTHS and length != _LENGTHS[kind]:
        return False
    if (kind == SETTINGS and length % 6) or (kind > CONTINUATION and length > _LARGEST_UNKNOWN):
        return False
    if kind in _ON_STREAM:
        return stream != 0
    return kind not in _ON_CONNECTION or stream == 0


def _chained(data: bytearray, at: int, *, final: bool) -> bool | None:
    """Say whether frames follow one another from here; None where the bytes do not suffice to tell."""
    for known in range(_CHAIN):
        if at + HEAD > len(data):
            return (at == len(data) or known > 1) if final else None
        length, kind, _, stream = _head(data, at)
        if kind > CONTINUATION or stream >= _BELIEVED or not _possible(length, kind, stream):
            return False
        at += HEAD + length
    return True
