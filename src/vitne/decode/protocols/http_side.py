"""One direction of an HTTP/1.x connection: bytes in, messages out.

RFC 9112.  The states, and what leads from one to the next:

    head     a start line and its head are awaited     -> body, length, chunk, close, leave, lost
    length   so many bytes of a body are to come       -> head
    chunk    the line before a chunk is awaited        -> data, trailer, lost
    data     so many bytes of a chunk are to come      -> chunk
    trailer  fields behind the last chunk are awaited  -> head
    close    a body that ends with the connection
    lost     the next start line is looked for         -> head
    left     the connection has become another protocol

Bodies are stepped over, never copied; only an unfinished head, chunk line or trailer is kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.decode.protocols.http_framing import Framing, framing
from vitne.decode.protocols.http_heads import HEADER_BYTES, Head, fields, parse, start_line
from vitne.decode.protocols.http_message import Body, build, data_message, other_reading
from vitne.decode.protocols.http_sync import LOOK_BACK, next_start
from vitne.model import Gap, Oddity

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitne.decode.protocols.http import Http
    from vitne.model import Message

    Out = list[Message | Oddity | Gap]
    Window = bytes | bytearray | memoryview

CHUNK_LINE = 4 << 10  # most bytes of a chunk's line
KNOWN = frozenset(("connect", "websocket", "h2c"))

_BLANK = re.compile(rb"[\r\n]*")
_FEED = re.compile(rb"\n")
_HEAD_END = re.compile(rb"\n\r?\n")
_CHUNK = re.compile(rb"(?:\r?\n)?([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]{0,4000})?\r?\n")
_FIELDS_END = re.compile(rb"\r?\n")


class HttpSide:
    """The bytes of one side, and how far they are understood."""

    def __init__(self, http: Http, side: int, base: int) -> None:
        self.http = http
        self.side = side
        self.origin = base  # stream offset of the window's first byte
        self.position = 0  # index in the window of the first byte not understood
        self.pending = bytearray()  # bytes that await more
        self.window: Window = self.pending
        self.looked = base  # stream offset up to which was looked for an end in vain
        self.state: Callable[[], bool] = self._head
        self.out: Out = []
        self.head: Head | None = None  # head of the message in hand
        self.body = Body(base)
        self.framing = Framing("none")
        self.remaining = 0  # bytes of the body or chunk that are to come
        self.request: int | None = None  # number of the request that the message in hand answers
        self.answered = 0  # final answers seen on this side
        self.leaving = ""  # protocol that may take over at the next message
        self.lost = 0  # bytes passed over while a start line is looked for
        self.found_at = -1  # offset of the last start line that was looked for
        self.lost_why = ""  # why a start line is looked for
        self.lost_kind = "malformed"
        self.ended = False

    @property
    def offset(self) -> int:
        """Stream offset of the first byte that is not understood."""
        return self.origin + self.position

    def feed(self, data: Window) -> Out:
        """Take the next bytes."""
        pending = self.pending
        if pending:
            pending += data
            self.window = pending
        else:
            self.window = data
        self.position = 0
        while self.state():
            continue
        if self.window is pending:
            del pending[: self.position]
        elif self.position < len(data):
            pending += data[self.position :]
        self.origin += self.position
        self.position = 0
        self.window = pending
        return self._flush()

    def _flush(self) -> Out:
        out, self.out = self.out, []
        return out

    # ---- states: each gives whether it is worth while to go on with the bytes in hand

    def _head(self) -> bool:
        window = self.window
        blank = _BLANK.match(window, self.position)
        self.position = blank.end() if blank is not None else self.position
        begin = self.position
        if begin == len(window):
            return False
        limit = begin + HEADER_BYTES
        end = _HEAD_END.search(window, max(begin, self.looked - self.origin), limit)
        if end is not None:
            return self._begin(bytes(window[begin : end.end()]))
        feed = _FEED.search(window, begin, limit)
        if feed is not None:
            start = start_line(bytes(window[begin : feed.start()]).rstrip(b" \t\r"))
            if start is None:
                return self._lose("no start line stands where one is due")
            if start[2] == b"0.9":
                return self._begin(bytes(window[begin : feed.end()]))
        elif window[begin] < 33 or window[begin] > 126:
            return self._lose("no start line stands where one is due")
        if len(window) >= limit:
            return self._too_long(bytes(window[begin:limit]))
        self.looked = self.origin + max(begin, len(window) - 2)
        return False

    def _begin(self, block: bytes) -> bool:
        head = parse(block, self.offset)
        if head is None:
            return self._lose("no start line stands where one is due")
        self.position += head.end - head.start
        self.body = Body(self.offset)
        if head.limited is not None:
            self._gap(
                "limit", "more header lines than are read", head.limited, length=head.end - head.limited
            )
            self.body.whole = False
        self._pair(head)
        self.head = head
        method = head.method or (None if self.request is None else self._methods()[self.request])
        chosen = self.framing = framing(head, method)
        if chosen.oddity is not None:
            head.oddities.append((*chosen.oddity, head.start))
        self.remaining = chosen.length
        if head.limited is not None and chosen.mode != "length":
            self._end()
            return self._lose("the head before was too long", "limit")
        if chosen.mode in {"length", "close", "chunked"}:
            self.state = {"length": self._length, "close": self._close, "chunked": self._chunk}[chosen.mode]
            return True
        self._end()
        self._after(head)
        return True

    def _after(self, head: Head) -> None:
        """See whether the connection becomes something else behind a message without a body."""
        if head.status == 101:
            self._leave(head.upgrade or self.http.sides[1 - self.side].leaving or "unknown")
        elif self.framing.mode == "tunnel":
            self.leaving = "connect"

    def _methods(self) -> list[str]:
        return self.http.methods[1 - self.side]

    def _pair(self, head: Head) -> None:
        """Give each request its number, and find the request that an answer answers."""
        self.request = None
        http = self.http
        if head.status is None:
            mine = http.methods[self.side]
            if len(mine) < http.exchanges:
                mine.append(head.method)
            self.leaving = "connect" if head.method == "CONNECT" else head.upgrade
            return
        if http.paired and self.answered < len(self._methods()):
            self.request = self.answered
        if head.status >= 200 or head.status == 101:
            self.answered += 1

    def _length(self) -> bool:
        step = min(self.remaining, len(self.window) - self.position)
        self.position += step
        self.remaining -= step
        if self.remaining:
            return False
        self._end()
        return True

    def _close(self) -> bool:
        self.position = len(self.window)
        return False

    def _chunk(self) -> bool:
        window, begin = self.window, self.position
        match = _CHUNK.match(window, begin)
        if match is None:
            lead = _FIELDS_END.match(window, begin)
            since = begin if lead is None else lead.end()
            if (
                _FEED.search(window, max(since, self.looked - self.origin))
                or len(window) - since > CHUNK_LINE
            ):
                self.body.whole = False
                self._end()
                return self._lose("no chunk size stands where one is due")
            self.looked = self.origin + max(since, len(window))
            return False
        self.position = match.end()
        self.remaining = int(match[1], 16)
        self.state = self._data if self.remaining else self._trailer
        return True

    def _data(self) -> bool:
        step = min(self.remaining, len(self.window) - self.position)
        self.position += step
        self.remaining -= step
        if self.remaining:
            return False
        self.state = self._chunk
        return True

    def _trailer(self) -> bool:
        window, begin = self.window, self.position
        match = _FIELDS_END.match(window, begin)
        if match is not None:
            self.position = match.end()
            self._end()
            return True
        end = _HEAD_END.search(window, max(begin, self.looked - self.origin), begin + HEADER_BYTES)
        if end is None:
            if len(window) - begin < HEADER_BYTES:
                self.looked = self.origin + max(begin, len(window) - 2)
                return False
            self.body.whole = False
            self._end()
            return self._lose("the trailer is longer than is read", "limit")
        self._read_trailer(bytes(window[begin : end.end()]))
        self.position = end.end()
        self._end()
        return True

    def _read_trailer(self, block: bytes) -> None:
        """Read trailer fields as headers (RFC 9112 section 7.1.2); they must not change framing or host."""
        if self.head is None:
            return
        trailer = Head(self.offset)
        fields(trailer, [b"", *block.split(b"\n")][:4096], self.offset - 1, step=1)
        self.body.trailers += trailer.parts
        self.head.oddities += trailer.oddities

    def _lost(self) -> bool:
        found, since = next_start(self.window, self.position, max(self.position, self.looked - self.origin))
        if found is None:
            self.looked = self.origin + since
            self.lost += max(0, since - LOOK_BACK - self.position)
            self.position = max(self.position, since - LOOK_BACK)
            return False
        self.lost += found - self.position
        self.position = found
        self._found()
        return True

    def _left(self) -> bool:
        self.position = len(self.window)
        return False

    # ---- what leads from one state to the next

    def _lose(self, why: str, kind: str = "malformed") -> bool:
        """Look for the next start line; where another protocol was announced, it has begun."""
        if self.leaving:
            self._leave(self.leaving)
            return True
        self.lost = 0
        self.lost_why, self.lost_kind = why, kind
        self.looked = self.offset + (self.offset == self.found_at)  # never the same one again
        self.state = self._lost
        return True

    def _found(self) -> None:
        """Say what was passed over up to here, and await a head."""
        if self.lost:
            self.http.paired = False
            self._gap(self.lost_kind, self.lost_why, self.offset - self.lost, length=self.lost)
        self.lost = 0
        self.looked = self.found_at = self.offset
        self.state = self._head

    def _leave(self, protocol: str) -> None:
        self.http.upgraded = protocol
        self.http.upgrade_offset[self.side] = self.offset
        self.leaving = ""
        self.body = Body(self.offset)
        self.state = self._left

    def _end(self) -> None:
        """End the message in hand here."""
        head, self.head = self.head, None
        self.state = self._head
        self.looked = self.offset
        if head is None:
            return
        self.body.close(self.offset)
        for name, note, offset in head.oddities[:64]:
            self.out.append(Oddity(name=name, note=note, side=self.side, offset=offset))
        self.out.append(build(head, self.body, self.framing, side=self.side, answers=self.request))
        if self.framing.other is not None:
            self.out.append(other_reading(head, self.body, self.framing, side=self.side))

    def _too_long(self, block: bytes) -> bool:
        """Give what was read of a head that is longer than is read."""
        if self._cut_head(block):
            self._gap("limit", "a head is longer than is read", self.offset, length=None)
        return self._lose("the head before was too long", "limit")

    def _cut_head(self, block: bytes) -> bool:
        """Give a head that was cut off as a message that is not whole."""
        head = parse(block, self.offset, whole=False)
        if head is None:
            return False
        self._pair(head)
        self.position += len(block)
        self.head, self.framing = head, Framing("none")
        self.body = Body(self.offset)
        self.body.whole = False
        self._end()
        return True

    def _gap(self, kind: str, why: str, offset: int, *, length: int | None) -> None:
        self.out.append(Gap(kind=kind, why=why, offset=offset, length=length))  # type: ignore[arg-type]

    # ---- holes and the end

    def miss(self, length: int) -> Out:
        """So many bytes are missing here."""
        inside = {self._length: self._length, self._data: self._data, self._close: self._close}
        if self.state in inside and (self.state == self._close or self.remaining >= length):
            self.body.whole = False
            self.body.hole(self.offset, length)
            self.origin += length
            if self.state != self._close:
                self.remaining -= length
                while self.state():
                    continue
            return self._flush()
        if self.state == self._left:
            self.body.hole(self.offset, length)
            self.origin += length
            return self._flush()
        self._break_off()
        self.http.paired = False
        self.pending.clear()
        self.origin += length
        self.position = 0
        self._lose("the bytes behind a hole begin no message", "missing-segment")
        return self._flush()

    def _break_off(self) -> None:
        """End what is half-read: at a hole, or at the end of the side."""
        if self.state == self._head:
            if self.pending and not self._cut_head(bytes(self.pending)):
                if self.leaving:
                    self._leave(self.leaving)
                    return
                self._gap("malformed", "the bytes begin no message", self.offset, length=len(self.pending))
        elif self.state == self._lost:
            self.lost += len(self.pending) - self.position
            self.position = len(self.pending)
            self._found()
        elif self.state != self._left:
            self.body.whole = self.body.whole and self.state == self._close
            self.position = len(self.pending)
            self._end()
        self.origin += len(self.pending)
        self.position = 0
        self.pending.clear()

    def finish(self) -> Out:
        """Nothing follows."""
        if self.ended:
            return []
        self.ended = True
        self._break_off()
        if self.state == self._left and self.http.upgraded not in KNOWN:
            self.body.close(self.offset)
            if self.body.stretches:
                self.out.append(data_message(self.http.upgraded, self.body, self.side))
        return self._flush()
