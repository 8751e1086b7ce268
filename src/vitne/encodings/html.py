"""Character references of HTML and XML.

summary: characters spelled &amp; or &#65; or &#x41;
specification: HTML Living Standard section 13.5; XML 1.0 section 4.1

Only the five names of XML and no-break space are read: others stay as they are, and no declared entity is
expanded.
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

_REFERENCE = re.compile(rb"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_NAMES = {
    b"&amp;": b"&",
    b"&lt;": b"<",
    b"&gt;": b">",
    b"&quot;": b'"',
    b"&apos;": b"'",
    b"&nbsp;": "\u00a0".encode(),
}


def _one(spelled: bytes) -> bytes:
    named = _NAMES.get(spelled)
    if named is not None:
        return named
    number = int(spelled[3:-1], 16) if spelled[2:3] in b"xX" else int(spelled[2:-1])
    if number == 0 or number > 0x10FFFF:
        return spelled
    return chr(number).encode("utf-8", "surrogatepass")


class Html:
    """A text is unescaped as a whole."""

    name = "html"
    summary = "characters spelled &amp; or &#65; or &#x41;"
    specification = "HTML Living Standard section 13.5; XML 1.0 section 4.1"
    family: Family = "text"
    order = 20
    marks = (b"&",)
    readable = True
    exact = True

    def __init__(self) -> None:
        self._escapes = Escapes(_REFERENCE, _one)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text unescaped where a reference is in it."""
        if _REFERENCE.search(data):
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


encoding = Html()
