"""Cookie and Set-Cookie headers.

summary: name=value pairs joined by semicolons
specification: RFC 6265 sections 4.1 and 4.2

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._slices import Slices
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_PAIR = re.compile(rb"[ \t]*([^=;\s]{1,256})[ \t]*=[ \t]*(\"?)([^;\r\n]*)")
_LIST = re.compile(rb"[A-Za-z0-9_.$~%!*|:@-]{1,128}=[^;\r\n]*;[ \t]*[A-Za-z0-9_.$~%!*|:@-]{1,128}(?:=|;|$)")


class Cookie(Slices):
    """Children are the values by cookie name, inside their quotes."""

    name = "cookie"
    summary = "name=value pairs joined by semicolons"
    specification = "RFC 6265 sections 4.1 and 4.2"
    family: Family = "structure"
    order = 40
    marks = (b"=",)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the values of data that are such a list as a whole."""
        if _LIST.match(data):
            yield from self._pairs(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the values of the whole data.  Raises Malformed where no pair is in them."""
        if b"=" not in data:
            raise Malformed("a cookie without any name=value pair", at=0)
        yield from self._pairs(data, limits)

    def _pairs(self, data: bytes, limits: Limits) -> Iterator[Child]:
        position = 0
        for _ in range(limits.children):
            match = _PAIR.match(data, position)
            if match:
                start, end = match.span(3)
                while end > start and data[end - 1] in b" \t":
                    end -= 1
                if match[2] and end > start and data[end - 1] == 0x22:
                    end -= 1
                if end > start:
                    name = match[1].decode("utf-8", "replace")
                    yield Child(data=data[start:end], start=start, end=end, path=name)
            position = data.find(b";", match.end() if match else position) + 1
            if position == 0:
                return


encoding = Cookie()
