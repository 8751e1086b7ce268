"""Quoted-printable.

summary: bytes spelled =41, lines that go on behind =
specification: RFC 2045 section 6.7

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._escapes import Escapes
from vitne.model import Child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_ESCAPE = re.compile(rb"=(?:[0-9A-Fa-f]{2}|[ \t]{0,8}\r?\n)")
_GATE = re.compile(rb"=3D|(?:=[0-9A-F]{2}){3}|=[C-F][0-9A-F]=[89AB][0-9A-F]|[^=\s]=\r?\n[^\r\n=]")


def _one(spelled: bytes) -> bytes:
    return b"" if spelled[-1:] == b"\n" else bytes((int(spelled[1:], 16),))


class QuotedPrintable:
    """A text is unescaped as a whole."""

    name = "quoted-printable"
    summary = "bytes spelled =41, lines that go on behind ="
    specification = "RFC 2045 section 6.7"
    family: Family = "text"
    order = 35
    marks = (b"=",)
    readable = True
    exact = True

    def __init__(self) -> None:
        self._escapes = Escapes(_ESCAPE, _one)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text unescaped where an escape is in it that a form does not have."""
        if _GATE.search(data):
            yield self._child(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the whole text unescaped."""
        yield self._child(data, limits)

    def wrap(self, child: Child) -> bytes:
        """Escape again what was escaped, and break the lines where they were broken."""
        return self._escapes.wrap(child)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes of the text spell bytes [start, end) of the child."""
        return self._escapes.locate(data, child, start, end)

    def _child(self, data: bytes, limits: Limits) -> Child:
        raw = data[: limits.size]
        decoded = self._escapes.decode(raw)
        params = self._escapes.params(raw, decoded)
        return Child(data=decoded, start=0, end=len(raw), params=params, complete=len(raw) == len(data))


encoding = QuotedPrintable()
