"""WebSocket: the messages of both sides once a connection has become one.

summary: text and binary messages, unmasked, put together from fragments, inflated
specification: RFC 6455 section 5; RFC 7692 section 7 for permessage-deflate

A WebSocket has no first bytes to know it by: it follows an HTTP upgrade, and is chosen by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.websocket_frames import FrameReader
from vitne.decode.protocols.websocket_inflate import Inflater
from vitne.encodings._websocket_head import CLOSE, CONTINUATION
from vitne.model import Fit, Gap, Malformed, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings._websocket_head import Frame

    Event = Message | Gap

MOST_MESSAGE = 16 << 20  # bytes of one message that are kept, and of what it inflates to
_KINDS = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}


class _Draft:
    """A message being put together from its frames."""

    __slots__ = ("compressed", "data", "end", "exact", "kind", "left", "pieces", "start", "whole")

    def __init__(self, frame: Frame) -> None:
        self.kind = _KINDS.get(frame.opcode, "data")
        self.start = frame.start  # stream offset of its first frame's head
        self.end = frame.start
        self.compressed = frame.compressed
        self.data = bytearray()
        self.pieces: list[tuple[int, int]] = []  # position in data, stream offset of each run
        self.exact = not frame.masked  # the bytes are a slice of the stream, so far
        self.left = 0  # bytes that are not kept
        self.whole = True

    def add(self, offset: int, content: bytes) -> None:
        """Take bytes that stand at a stream offset, the mask undone."""
        self.end = offset + len(content)
        if len(self.data) + len(content) > MOST_MESSAGE:
            self.left += len(content)
            self.whole = False
            return
        if not self.pieces or offset - self.pieces[-1][1] != len(self.data) - self.pieces[-1][0]:
            self.pieces.append((len(self.data), offset))
        self.data += content


class _Side:
    """What one side sends."""

    def __init__(self, side: int, base: int) -> None:
        self.side = side
        self.reader = FrameReader(self, base, masked=side == 0)
        self.inflater = Inflater(MOST_MESSAGE)
        self.draft: _Draft | None = None  # the data message in hand
        self.control: _Draft | None = None  # a control message between its fragments
        self.out: list[Event] = []

    # -- told by the frames ----------------------------------------------------------------------------------

    def begin(self, frame: Frame) -> None:
        """Note that a frame begins."""
        if frame.opcode >= CLOSE:
            self.control = _Draft(frame)
        elif frame.opcode != CONTINUATION or self.draft is None:
            if self.draft is not None:
                self._give(self.draft, whole=False)
            self.draft = _Draft(frame)
            if frame.opcode == CONTINUATION:
                self.draft.whole = False  # its beginning was not seen
        else:
            self.draft.exact = self.draft.exact and not frame.masked

    def data(self, offset: int, content: bytes) -> None:
        """Take some bytes of it."""
        draft = self.control or self.draft
        if draft is not None and (draft.whole or not draft.compressed):  # nothing inflates behind a hole
            draft.add(offset, content)

    def torn(self, offset: int, length: int) -> None:
        """Note that some bytes of it are missing."""
        draft = self.control or self.draft
        if draft is not None:
            draft.end = offset + length
            draft.whole = False

    def end(self, frame: Frame, offset: int) -> None:
        """Note that the frame ends."""
        if frame.opcode >= CLOSE:
            if self.control is not None:
                self.control.end = offset
                self._give(self.control)
            self.control = None
        elif self.draft is not None:
            self.draft.end = offset
            if frame.final:
                self._give(self.draft)
                self.draft = None

    def lost(self, offset: int, length: int, *, hole: bool) -> None:
        """Note that bytes were passed over because no frame could be told."""
        self._drop()
        self.inflater.forget()
        kind, why = "malformed", "no WebSocket frame stands where one is due"
        if hole:
            kind, why = "missing-segment", "the bytes behind a hole begin no WebSocket frame"
        self.out.append(Gap(kind=kind, why=why, offset=offset, length=length))  # type: ignore[arg-type]

    # -- messages --------------------------------------------------------------------------------------------

    def _drop(self) -> None:
        """Give what is in hand as it is."""
        for draft in (self.draft, self.control):
            if draft is not None:
                self._give(draft, whole=False)
        self.draft = self.control = None

    def _give(self, draft: _Draft, *, whole: bool = True) -> None:
        whole = whole and draft.whole
        data, exact, pieces = bytes(draft.data), draft.exact, tuple(draft.pieces)
        if draft.left:
            self._gap("limit", "a message is longer than is kept", draft, length=draft.left)
        if draft.compressed:
            data, inflated = self._inflated(draft, data, whole=whole)
            whole, exact, pieces = whole and inflated, False, ()
        if exact and len(pieces) > 1:
            exact = False
        start = pieces[0][1] if pieces else draft.start
        end = start + len(data) if exact else draft.end
        part = Part(
            path="payload",
            start=start,
            end=end,
            data=None if exact else data,
            exact=exact,
            pieces=() if exact else pieces,
        )
        facts = (("compressed", "permessage-deflate"),) if draft.compressed else ()
        self.out.append(
            Message(
                protocol="websocket",
                kind=draft.kind,
                side=self.side,
                start=draft.start,
                end=draft.end,
                complete=whole,
                facts=facts,
                parts=(part,) if data else (),
            )
        )

    def _inflated(self, draft: _Draft, data: bytes, *, whole: bool) -> tuple[bytes, bool]:
        """Inflate a message; what of it cannot be is told."""
        try:
            plain, complete = self.inflater.message(data, whole=whole)
        except Malformed as error:
            self._gap("malformed", error.why, draft, length=draft.end - draft.start)
            return b"", False
        if not complete and whole:
            self._gap("limit", "a message inflates to more than is kept", draft, length=None)
        return plain, complete

    def _gap(self, kind: str, why: str, draft: _Draft, *, length: int | None) -> None:
        self.out.append(Gap(kind=kind, why=why, offset=draft.start, length=length))  # type: ignore[arg-type]

    def flush(self) -> Iterator[Event]:
        """Give what was gathered."""
        out, self.out = self.out, []
        return iter(out)

    def finish(self) -> Iterator[Event]:
        """End the side."""
        if self.reader.finish():
            why = "the stream ends inside a WebSocket frame"
            self.out.append(Gap(kind="malformed", why=why, offset=self.reader.offset))
        self._drop()
        return self.flush()


class WebSocket:
    """One WebSocket connection.  ``base`` gives the stream offsets at which it begins."""

    name = "websocket"
    summary = "text and binary messages, unmasked, put together from fragments, inflated"
    specification = "RFC 6455 section 5; RFC 7692 section 7"
    first_bytes: ClassVar[dict[str, bytes]] = {}  # never chosen by its bytes
    continues: ClassVar[tuple[str, ...]] = ("websocket",)  # upgrades that it takes over from

    def __init__(self, base: tuple[int, int] = (0, 0)) -> None:
        self.sides = (_Side(0, base[0]), _Side(1, base[1]))

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """NO: nothing in the first bytes tells it."""
        del head, transport, side
        return Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Event]:
        """Take the next bytes of a side."""
        self.sides[side].reader.feed(data)
        return self.sides[side].flush()

    def move(self, side: int, offset: int) -> None:
        """Take note that the next bytes of a side stand at this offset, with nothing missing before them."""
        reader = self.sides[side].reader
        reader.offset = offset - len(reader.pending)

    def miss(self, side: int, length: int) -> Iterator[Event]:
        """Take note that so many bytes of a side are missing."""
        self.sides[side].reader.miss(length)
        return self.sides[side].flush()

    def finish(self, side: int) -> Iterator[Event]:
        """End a side."""
        return self.sides[side].finish()


decoder = WebSocket
