"""HTTP/1.x: requests and answers of one connection.

summary: requests and answers in the clear, header by header, and their bodies
specification: RFC 9110; RFC 9112; RFC 7540 section 3.2 and RFC 6455 section 1.3 for what a connection becomes

One ``HttpSide`` (see http_side) reads each direction; this module pairs the two.  The connection may become
another protocol: ``upgraded`` then names it and ``upgrade_offset`` says where its bytes begin on each side.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.http_heads import METHODS, start_line
from vitne.decode.protocols.http_side import HttpSide
from vitne.model import Fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import Gap, Message, Oddity

_INSIDE = re.compile(rb"HTTP/1\.[01](?: \d{3} [^\r\n]{0,64}\r?\n|\r?\n)[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?")
_OTHER = re.compile(rb"[^ ]+ (?:sips?|rtsp[us]?|tel):|[^\r\n]* (?:SIP/2|RTSP/1)", re.IGNORECASE)


class Http:
    """One HTTP/1.x connection."""

    name = "http"
    summary = "requests and answers in the clear, header by header, and their bodies"
    specification = "RFC 9110; RFC 9112"
    exchanges: ClassVar[int] = 1 << 20  # most requests of which the method is kept for pairing

    def __init__(self, base: tuple[int, int] = (0, 0)) -> None:
        self.upgraded = ""  # "", "connect", "websocket", "h2c" or the name that the peers used
        self.upgrade_offset: list[int | None] = [None, None]  # per side: where the other protocol begins
        self.methods: tuple[list[str], list[str]] = ([], [])  # per side: methods of its requests, in order
        self.paired = True  # false once messages may be missing
        self.sides = (HttpSide(self, 0, base[0]), HttpSide(self, 1, base[1]))

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """Say how well the first bytes of a side fit."""
        del side
        if transport != "tcp":
            return Fit.NO
        head = head.lstrip(b"\r\n") if head[:1] in {b"\r", b"\n"} else head
        if head[:7] == b"HTTP/1.":
            return Fit.CERTAIN
        line, feed, _ = head[: 8 << 10].partition(b"\n")
        method, _, rest = line.partition(b" ")
        if method in METHODS and rest and not _OTHER.match(line):
            if feed:
                start = start_line(line.rstrip(b"\r"))
                if start is None:
                    return Fit.NO
                return Fit.LIKELY if start[2] == b"0.9" else Fit.CERTAIN
            return Fit.LIKELY if rest[:1] in {b"/", b"*"} or b"://" in rest or b":" in rest else Fit.PERHAPS
        if feed and b" HTTP/1." in line and start_line(line.rstrip(b"\r")) is not None:
            return Fit.CERTAIN
        return Fit.PERHAPS if _INSIDE.search(head) is not None else Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take the next bytes of a side."""
        return iter(self.sides[side].feed(data))

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:
        """Take note that so many bytes of a side are missing."""
        return iter(self.sides[side].miss(length))

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """End a side."""
        return iter(self.sides[side].finish())


decoder = Http
