"""Form bodies and query strings.

summary: name=value pairs joined by & (form bodies, query strings, path parameters)
specification: WHATWG URL, application/x-www-form-urlencoded; RFC 3986 sections 3.3 and 3.4
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from vitne.encodings._slices import Slices
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_NAME = rb"[A-Za-z0-9_.$~\[\]%:@!*+-]{1,128}"
_BODY = re.compile(
    rb"[?;&]?" + _NAME + rb"=(?!=*[\r\n\x00]*$|3D(?:=3D)?[\r\n]*$)[^\s<>\"{}]*(?:[\r\n\x00]*$|[\"{}<>])"
)
_QUERY = re.compile(rb"[?;](?=" + _NAME + rb"=[^=&\s])")
# announced as a form, and plainly something else: a document, or one padded base64 text
_OTHER = re.compile(rb"\s*+[{\[<\"]|[A-Za-z0-9+/_\s-]++={1,2}\s*+\Z")
_STOP = re.compile(rb"[\s#\"<>\\^`{|}\x00]")
_SEGMENT = re.compile(rb"[^&]+")
_PATH_SEGMENT = re.compile(rb"[^;/?#]+")


class Form(Slices):
    """Children are the raw values; escapes in them are a layer of their own.

    The format has no end: a cut-off text cannot be told from a whole one.
    """

    name = "form"
    summary = "name=value pairs joined by & (form bodies, query strings, path parameters)"
    specification = "WHATWG URL, application/x-www-form-urlencoded; RFC 3986 sections 3.3 and 3.4"
    family: Family = "structure"
    order = 50
    marks = (b"=",)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield values of data that are a form as a whole, else of the query strings in them."""
        if _BODY.match(data):
            yield from self._pairs(data, 0, len(data), limits)
            return
        position = found = 0
        while found < limits.children and (match := _QUERY.search(data, position)):
            stop = _STOP.search(data, match.end())
            end = stop.start() if stop else len(data)
            by_path = match.group() == b";"
            for child in self._pairs(data, match.end(), end, limits, by_path=by_path):
                found += 1
                yield child
            position = end

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the values of the whole data.  Raises Malformed where no pair is in them."""
        if b"=" not in data or _OTHER.match(data):
            raise Malformed("a form without any name=value pair", at=0)
        start = 1 if data[:1] in {b"?", b";", b"&"} else 0
        yield from self._pairs(data, start, len(data), limits)

    def _pairs(
        self, data: bytes, start: int, end: int, limits: Limits, *, by_path: bool = False
    ) -> Iterator[Child]:
        pattern = _PATH_SEGMENT if by_path else _SEGMENT
        for number, match in enumerate(pattern.finditer(data, start, end)):
            if number >= limits.children:
                return
            begin, stop = match.span()
            equals = data.find(b"=", begin, stop)
            if equals < 0 or equals + 1 == stop:
                continue
            name = data[begin : min(equals, begin + 256)].lstrip(b"?;\r\n\t ")
            path = unquote_plus(name.decode("latin-1"), encoding="utf-8")
            while stop > equals + 1 and data[stop - 1] in b"\r\n":
                stop -= 1
            yield Child(data=data[equals + 1 : stop], start=equals + 1, end=stop, path=path)


encoding = Form()
