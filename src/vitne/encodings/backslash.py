r"""Escapes of programming languages, outside of JSON documents.

summary: bytes spelled \x41 or \101, characters spelled \u0041, line ends spelled \n
specification: ISO/IEC 9899 section 6.4.4.4; ECMA-262 section 12.9.4; RFC 8259 section 7

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._escapes import Escapes, Unescaped
from vitne.encodings._json_reader import unescape

if TYPE_CHECKING:
    from vitne.encodings import Family

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


class Backslash(Unescaped):
    """A text is unescaped as a whole."""

    name = "backslash"
    summary = r"bytes spelled \x41 or \101, characters spelled \u0041, line ends spelled \n"
    specification = "ISO/IEC 9899 section 6.4.4.4; ECMA-262 section 12.9.4; RFC 8259 section 7"
    family: Family = "text"
    order = 25
    marks = (b"\\",)

    def __init__(self) -> None:
        super().__init__(Escapes(_ESCAPE, _one), _GATE)


encoding = Backslash()
