r"""Escapes of programming languages, outside of JSON documents.

summary: bytes spelled \x41 or \101, characters spelled \u0041, line ends spelled \n
specification: ISO/IEC 9899 section 6.4.4.4; ECMA-262 section 12.9.4; RFC 8259 section 7

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._escapes import Escapes
from vitne.encodings._json_reader import unescape
from vitne.model import Child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_ESCAPE = re.compile(
    rb"\\(?:x[0-9A-Fa-f]{2}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9A-Fa-f]{4}"
    rb"|[0-3][0-7]{2}|[nrt\"'\\/])"
)
# what a path of another system does not have: numbers, or line ends behind a long token
_GATE = re.compile(rb"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[0-3][0-7]{2}|\")|[0-9A-Za-z+/]{16}={0,2}\\[nr]")


def _one(spelled: bytes) -> bytes:
    if spelled[1:2] == b"x":
        return bytes.fromhex(spelled[2:].decode())
    if spelled[1:2].isdigit():
        return bytes((int(spelled[1:], 8),))
    return unescape(spelled)


class Backslash:
    """A text is unescaped as a whole."""

    name = "backslash"
    summary = r"bytes spelled \x41 or \101, characters spelled \u0041, line ends spelled \n"
    specification = "ISO/IEC 9899 section 6.4.4.4; ECMA-262 section 12.9.4; RFC 8259 section 7"
    family: Family = "text"
    order = 25
    marks = (b"\\",)
    readable = True
    exact = True

    def __init__(self) -> None:
        self._escapes = Escapes(_ESCAPE, _one)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text unescaped where an escape is in it that stands for a byte or character."""
        if _GATE.search(data):
            yield self._child(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the whole text unescaped."""
        yield self._child(data, limits)

    def wrap(self, child: Child) -> bytes:
        """Escape again what was escaped."""
        return self._escapes.wrap(child)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes of the text spell bytes [start, end) of the child."""
        return self._escapes.locate(data, child, start, end)

    def _child(self, data: bytes, limits: Limits) -> Child:
        raw = data[: limits.size]
        decoded = self._escapes.decode(raw)
        params = self._escapes.params(raw, decoded)
        return Child(data=decoded, start=0, end=len(raw), params=params, complete=len(raw) == len(data))


encoding = Backslash()
