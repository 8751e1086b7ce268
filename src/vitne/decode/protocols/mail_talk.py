"""A conversation in lines: what SMTP, IMAP, POP3 and FTP have in common.

A subclass reads whole lines; it may ask for counted bytes (literals, chunks) and is told when they end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.decode.protocols.mail_lines import Body, Line, Lines
from vitne.model import Gap, Message, Oddity

if TYPE_CHECKING:
    from collections.abc import Iterator

    Items = Iterator[Message | Oddity | Gap]

TLS_BEGINS = b"\x16\x03"  # a handshake record: no line of a text protocol begins so


class Talk:
    """Both sides of one conversation in lines.

    When the bytes of a side turn into TLS, ``upgraded`` says so and ``upgraded_at`` holds the stream offset
    per side from which another decoder reads on, -1 for a side on which that was not seen (yet).
    """

    name = ""

    def __init__(self, *, transport: str = "tcp", destination: tuple[str, int] = ("", 0)) -> None:
        self.transport = transport
        self.destination = destination  # address and port of the server
        self.upgraded = ""
        self.upgraded_at: tuple[int, int] | None = None
        self.lines = (Lines(), Lines())
        self.wanted = [0, 0]  # counted bytes still to come per side
        self.counted: list[Body | None] = [None, None]  # where they go

    def feed(self, side: int, data: bytes) -> Items:
        """Take bytes of one side; yield what they complete."""
        if self.upgraded_at is not None and self.upgraded_at[side] >= 0:
            return
        lines = self.lines[side]
        lines.add(data)
        while True:
            if self.wanted[side] and not self._take(side):
                return
            if self.counted[side] is not None:
                yield from self._ended(side)
            if self._tls(side):
                if self.upgraded_at is not None and self.upgraded_at[side] >= 0:
                    yield from self.on_end(side)
                return
            line = lines.line()
            if line is None:
                return
            yield from self.on_line(side, line)

    def miss(self, side: int, length: int) -> Items:
        """Note a hole: what it cuts is told; reading goes on behind a line end or the counted bytes."""
        if self.upgraded_at is not None and self.upgraded_at[side] >= 0:
            return
        body = self.counted[side]
        half = self.lines[side].miss(length)
        if body is not None and half is None and self.wanted[side] >= length:
            self.wanted[side] -= length
            body.exact, body.cut = False, True
            body.end += length
            self.lines[side].resume()
            return
        if half is not None:
            yield from self.on_line(side, half)
        yield from self.on_end(side)
        self.wanted[side] = 0
        self.counted[side] = None

    def finish(self, side: int) -> Items:
        """End one side: half a line and what was begun are told as incomplete."""
        if self.upgraded_at is not None and self.upgraded_at[side] >= 0:
            return
        rest = self.lines[side].rest()
        if rest is not None:
            yield Gap(kind="malformed", why=f"the {self.name} stream ends inside a line", offset=rest.start)
            yield from self.on_line(side, rest)
        yield from self.on_end(side)
        self.wanted[side] = 0
        self.counted[side] = None

    def count(self, side: int, length: int) -> None:
        """Ask for so many bytes that are no lines."""
        self.wanted[side] = length
        self.counted[side] = Body(self.lines[side].offset)

    def on_line(self, side: int, line: Line) -> Items:
        """Read one line.  For subclasses."""
        raise NotImplementedError

    def on_counted(self, side: int, body: Body) -> Items:
        """Read counted bytes that are all there.  For subclasses."""
        raise NotImplementedError

    def on_end(self, side: int) -> Items:
        """Tell what was begun and is cut here.  For subclasses."""
        raise NotImplementedError

    def _take(self, side: int) -> bool:
        """Move counted bytes into their body; true when all are there."""
        body, lines = self.counted[side], self.lines[side]
        start = lines.offset
        data = lines.take(self.wanted[side])
        if body is not None and data:
            body.add(data, start, lines.offset)
        self.wanted[side] -= len(data)
        return not self.wanted[side]

    def _ended(self, side: int) -> Items:
        """Hand counted bytes over."""
        body, self.counted[side] = self.counted[side], None
        if body is not None:
            yield from self.on_counted(side, body)

    def _tls(self, side: int) -> bool:
        """See whether TLS begins here; one lone byte of it is waited for."""
        lines = self.lines[side]
        head = lines.peek(2)
        if head == TLS_BEGINS:
            known = list(self.upgraded_at or (-1, -1))
            known[side] = lines.offset
            self.upgraded, self.upgraded_at = "tls", (known[0], known[1])
            return True
        return head == TLS_BEGINS[:1]
