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

from vitne.encodings._escapes import Escapes, Unescaped

if TYPE_CHECKING:
    from vitne.encodings import Family

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


class Html(Unescaped):
    """A text is unescaped as a whole."""

    name = "html"
    summary = "characters spelled &amp; or &#65; or &#x41;"
    specification = "HTML Living Standard section 13.5; XML 1.0 section 4.1"
    family: Family = "text"
    order = 20
    marks = (b"&",)

    def __init__(self) -> None:
        super().__init__(Escapes(_REFERENCE, _one), _REFERENCE)


encoding = Html()
