"""XML and HTML: texts and attributes with their paths.

summary: element texts and attribute values; children by path a/b and a/b@c
specification: XML 1.0 sections 2 and 3

A tolerant reader of tokens: no entity is expanded, no document type is read, nothing is fetched; tags that do
not close are closed by those around them.
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

_START = re.compile(
    rb"(?:\xef\xbb\xbf)?[ \t\r\n]*<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][A-Za-z0-9_.:-]*[ \t\r\n/>])", re.IGNORECASE
)
_TAG = re.compile(
    rb"<(?:!--(?s:.*?)(?:-->|\Z)|!\[CDATA\[((?s:.*?))(?:\]\]>|\Z)|\?[^>]*+>?+|![^>]*+>?+"
    rb"|/([A-Za-z_][A-Za-z0-9_.:-]*+)[^>]*+>?+"
    rb"|([A-Za-z_][A-Za-z0-9_.:-]*+)((?:[^>\"']|\"[^\"]*+\"|'[^']*+'|[\"'][^\"'<]*+\Z)*+)(>)?+)"
)
_ATTRIBUTE = re.compile(
    rb"(?<![A-Za-z0-9_.:-])([A-Za-z_:][A-Za-z0-9_.:-]{0,127}+)[ \t\r\n]*=[ \t\r\n]*(?:\"([^\"]+)\"|'([^']+)')"
)
_DEEPEST = 256  # names kept of the way down to an element
_TOKENS_PER_CHILD = 16  # tags read for each child that may be given
_LONGEST_STUB = 256  # bytes of a cut-off tag at the end of the data
_VOID = frozenset(
    {"br", "img", "meta", "link", "input", "hr", "area", "base", "col", "embed", "source", "wbr"}
)


class Xml(Slices):
    """Texts are raw: references in them are a layer of their own."""

    name = "xml"
    summary = "element texts and attribute values; children by path a/b and a/b@c"
    specification = "XML 1.0 sections 2 and 3"
    family: Family = "structure"
    order = 5
    marks = (b"<",)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the texts and attributes of data that begin as a document."""
        if _START.match(data):
            yield from self._read(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the texts and attributes of the whole data.  Raises Malformed where no tag begins them."""
        if _START.match(data) is None:
            raise Malformed("no tag begins the document", at=0)
        yield from self._read(data, limits)

    def _read(self, data: bytes, limits: Limits) -> Iterator[Child]:
        way: list[str] = []
        position = count = 0
        for _ in range(limits.children * _TOKENS_PER_CHILD):
            match = _TAG.search(data, position)
            end = match.start() if match else _last(data, position)
            for child in (*_text(data, position, end, way), *(_inside(data, match, way) if match else ())):
                if count >= limits.children:
                    return
                count += 1
                yield child
            if match is None:
                return
            position = match.end()


def _last(data: bytes, position: int) -> int:
    """Say where the last text ends: before a tag that is cut off."""
    cut = data.rfind(b"<", max(position, len(data) - _LONGEST_STUB))
    return cut if cut >= 0 else len(data)


def _text(data: bytes, start: int, end: int, way: list[str]) -> Iterator[Child]:
    text = data[start:end]
    bare = text.strip()
    if bare:
        start += len(text) - len(text.lstrip())
        yield Child(data=bare, start=start, end=start + len(bare), path="/".join(way[-8:]))


def _inside(data: bytes, match: re.Match[bytes], way: list[str]) -> Iterator[Child]:
    """Give what a tag holds, and walk down or up."""
    if match[1]:
        start, end = match.span(1)
        yield Child(data=match[1], start=start, end=end, path="/".join(way[-8:]))
    elif match[2]:
        name = match[2].decode()
        if name in way[-8:]:
            while way and way.pop() != name:
                continue
    elif match[3]:
        name = match[3].decode()
        path = "/".join((*way[-7:], name))
        for attribute in _ATTRIBUTE.finditer(data, *match.span(4)):
            start, end = attribute.span(2 if attribute[2] is not None else 3)
            own = f"{path}@{attribute[1].decode()}"
            yield Child(data=data[start:end], start=start, end=end, path=own)
        if not match[4].endswith(b"/") and name.lower() not in _VOID and len(way) < _DEEPEST:
            way.append(name)


encoding = Xml()
