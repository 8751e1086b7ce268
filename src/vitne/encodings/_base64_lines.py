"""Where the line ends of a wrapped base64 text stand, and how to put them back."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

_END = re.compile(rb"[\x00 \t\r\n]+")
_ENDS = b"\x00 \t\r\n"


class Lines:
    """Letters per line, what stands between lines and behind the last; irregular ones by place."""

    __slots__ = ("_before", "_total", "breaks", "end", "newline", "uniform", "width")

    def __init__(
        self,
        *,
        width: int = 0,
        newline: bytes = b"",
        end: bytes = b"",
        breaks: tuple[tuple[int, str], ...] = (),
    ) -> None:
        self.width = width  # letters per line; 0: one line
        self.newline = newline  # what stands between two lines
        self.end = end  # what stands behind the last letter
        self.breaks = breaks  # irregular: (letters before it, what stands there)
        self.uniform = not breaks
        self._before = [at for at, _ in breaks]
        total = 0
        self._total = [0, *(total := total + len(text) for _, text in breaks)]

    @classmethod
    def split(cls, raw: bytes) -> tuple[bytes, Lines]:
        """Take the line ends out of a text: the letters, and how to put the ends back."""
        body = raw.rstrip(_ENDS)
        end = raw[len(body) :]
        first = _END.search(body)
        if first is None:
            return body, cls(end=end)
        letters = body.translate(None, _ENDS)
        if first.start():
            even = cls(width=first.start(), newline=first.group(), end=end)
            if even.join(letters) == raw:
                return letters, even
        breaks = []
        shift = 0
        for match in _END.finditer(body):
            breaks.append((match.start() - shift, match.group().decode("latin-1")))
            shift += match.end() - match.start()
        return letters, cls(end=end, breaks=tuple(breaks))

    @classmethod
    def of(cls, params: tuple[tuple[str, Any], ...]) -> Lines:
        """Read them from the params of a child."""
        known = dict(params)
        return cls(
            width=known.get("wrap", 0),
            newline=known.get("newline", "").encode("latin-1"),
            end=known.get("end", "").encode("latin-1"),
            breaks=known.get("breaks", ()),
        )

    def params(self, letters: int, *, whole: bool) -> list[tuple[str, Any]]:
        """Give them as params of a child with so many letters, the whole text or only its beginning."""
        out: list[tuple[str, Any]] = []
        if self.width and letters > self.width:
            out += [("wrap", self.width), ("newline", self.newline.decode("latin-1"))]
        if self.breaks:
            out.append(("breaks", tuple(one for one in self.breaks if one[0] < letters)))
        if self.end and whole:
            out.append(("end", self.end.decode("latin-1")))
        return out

    def join(self, letters: bytes) -> bytes:
        """Put the line ends back."""
        if self.breaks:
            out, done = [], 0
            for at, text in self.breaks:
                out += [letters[done:at], text.encode("latin-1")]
                done = at
            return b"".join([*out, letters[done:], self.end])
        if not self.width:
            return letters + self.end
        lines = (letters[at : at + self.width] for at in range(0, len(letters), self.width))
        return self.newline.join(lines) + self.end

    def position(self, letter: int) -> int:
        """Say where a letter stands in the wrapped text."""
        if self.breaks:
            return letter + self._total[bisect_right(self._before, letter)]
        if self.width:
            return letter + letter // self.width * len(self.newline)
        return letter
