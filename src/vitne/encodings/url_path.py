"""The names of a path, each of which may be escaped.

summary: the segments of a path in which something may be wrapped
specification: RFC 3986 section 3.3

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

_PATH = re.compile(rb"(?:[a-z][a-z0-9+.-]{1,15}://[^/?#\s]{1,255})?(/[^?#\s\"<>{}]*)")
_LONG = 512  # bytes from which letters of base64 alone are no path
_LETTERS = re.compile(rb"[0-9A-Za-z+/\r\n]+={0,2}[\r\n]*")
_SEGMENT = re.compile(rb"[^/]+")
_SHORTEST = 12  # bytes of an escaped segment
_SHORTEST_PLAIN = 20  # bytes of one without escapes
_PLAIN = re.compile(rb"(?=.*[0-9])(?=.*[A-Za-z])[0-9A-Za-z+=_~$-]+", re.DOTALL)
_NUMBERS = re.compile(rb"[0-9a-fA-F-]{36}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")


class UrlPath(Slices):
    """Segments with escapes and long tokens are children: the others are looked at in the path as a whole."""

    name = "url-path"
    summary = "the segments of a path in which something may be wrapped"
    specification = "RFC 3986 section 3.3"
    family: Family = "structure"
    order = 60
    marks = (b"/",)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield such segments of data that begin as a path or an address with one."""
        path = _PATH.match(data)
        if path and not (len(data) > _LONG and _LETTERS.fullmatch(data)):
            yield from self._segments(data, *path.span(1), limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield such segments of the whole data.  Raises Malformed where no path begins them."""
        path = _PATH.match(data)
        if path is None:
            raise Malformed("no path", at=0)
        yield from self._segments(data, *path.span(1), limits)

    def _segments(self, data: bytes, start: int, end: int, limits: Limits) -> Iterator[Child]:
        for number, one in enumerate(_SEGMENT.finditer(data, start, end)):
            if number >= limits.children:
                return
            if _wrapped(one.group()):
                yield Child(data=one.group(), start=one.start(), end=one.end(), path=f"[{number}]")


def _wrapped(segment: bytes) -> bool:
    """Say whether something may be wrapped in a segment: escapes are in it, or it is a long token."""
    if b"%" in segment:
        return len(segment) >= _SHORTEST
    if len(segment) < _SHORTEST_PLAIN or _NUMBERS.fullmatch(segment):
        return False
    return _PLAIN.fullmatch(segment) is not None


encoding = UrlPath()
