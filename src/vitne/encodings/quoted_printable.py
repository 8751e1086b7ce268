"""Quoted-printable.

summary: bytes spelled =41, lines that go on behind =
specification: RFC 2045 section 6.7

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._escapes import Escapes, Unescaped

if TYPE_CHECKING:
    from vitne.encodings import Family

_ESCAPE = re.compile(rb"=(?:[0-9A-Fa-f]{2}|[ \t]{0,8}\r?\n)")
_GATE = re.compile(
    rb"=(?:3D|[0-9A-F]{2}(?:=[0-9A-F]{2}){2}|[C-F][0-9A-F]=[89AB][0-9A-F]|(?<=[^=\s]=)\r?\n[^\r\n=])"
)


def _one(spelled: bytes) -> bytes:
    return b"" if spelled[-1:] == b"\n" else bytes((int(spelled[1:], 16),))


class QuotedPrintable(Unescaped):
    """A text is unescaped as a whole."""

    name = "quoted-printable"
    summary = "bytes spelled =41, lines that go on behind ="
    specification = "RFC 2045 section 6.7"
    family: Family = "text"
    order = 35
    marks = (b"=",)

    def __init__(self) -> None:
        super().__init__(Escapes(_ESCAPE, _one), _GATE)


encoding = QuotedPrintable()
