"""Finding the next HTTP/1.x message in bytes of which the beginning is missing."""

from __future__ import annotations

import re

from vitne.decode.protocols.http_heads import METHODS

LOOK_BACK = 8 << 10  # longest request line that is recognised when joining late
LOOK_AHEAD = 16  # bytes behind "HTTP/1." that may be needed to decide

_MARK = re.compile(rb"HTTP/1\.[01]")
_REQUEST_END = re.compile(rb"[ \t]{0,8}\r?\n")
_RESPONSE = re.compile(rb" \d{3}(?: |\r?\n)")
_WORDS: list[bytes] = sorted(sorted(METHODS), key=len, reverse=True)  # UNLOCK before LOCK
_LINE = re.compile(rb"(?:" + b"|".join(_WORDS) + rb") [^\x00-\x20]+ \Z")


def next_start(window: bytes | bytearray | memoryview, begin: int, since: int) -> tuple[int | None, int]:
    """Find the next start line.

    ``begin`` is where nothing was read yet, ``since`` where looking goes on.  Gives the position of the start
    line or None, and the position from which to look on when more bytes have come.
    """
    size = len(window)
    while (mark := _MARK.search(window, since)) is not None:
        at = mark.start()
        behind = mark.end()
        if _RESPONSE.match(window, behind):
            return at, at
        if _REQUEST_END.match(window, behind):
            line = bytes(window[max(begin, at - LOOK_BACK) : at])
            line = line[line.rfind(b"\n") + 1 :]
            match = _LINE.search(line)
            if match is not None:
                return at - len(line) + match.start(), at
        elif size - behind < LOOK_AHEAD:
            return None, at
        since = behind
    return None, max(since, size - 7)
