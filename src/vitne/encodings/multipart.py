"""MIME multipart bodies: form-data, mixed, related.

summary: parts between boundary lines; children by part name
specification: RFC 2046 section 5.1; RFC 7578

The boundary is read from the first line that begins with two hyphens.
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

_BOUNDARY = re.compile(rb"(?:\A|\r?\n)--([^\r\n]{1,200}?)[ \t]*\r?\n(?=[A-Za-z][A-Za-z0-9-]{1,60}:|\r?\n)")
_BLANK = re.compile(rb"\r?\n\r?\n")
_NAME = re.compile(rb"(?:\A|[;\s])name=(?:\"([^\"\r\n]{0,1024})\"|([^\s;\"]{1,1024}))", re.IGNORECASE)
_FILE = re.compile(rb"filename=(?:\"([^\"\r\n]{0,1024})\"|([^\s;\"]{1,1024}))", re.IGNORECASE)
_REACH = 8 << 10  # how far into the data the first boundary is looked for
_HEADERS = 16 << 10  # most bytes of a part's headers


class Multipart(Slices):
    """Each part gives its contents under its name; the name of a sent file is a child of its own."""

    name = "multipart"
    summary = "parts between boundary lines; children by part name"
    specification = "RFC 2046 section 5.1; RFC 7578"
    family: Family = "structure"
    order = 7
    marks = (b"--",)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the parts of data that begin with a boundary line."""
        if data[:2] == b"--" or data[:4] in {b"\r\n--", b"\n--"}:
            yield from self._parts(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the parts of the whole data.  Raises Malformed where no boundary is in them."""
        if _BOUNDARY.search(data[:_REACH]) is None:
            raise Malformed("no boundary line", at=0)
        yield from self._parts(data, limits)

    def _parts(self, data: bytes, limits: Limits) -> Iterator[Child]:
        first = _BOUNDARY.search(data, 0, _REACH)
        if first is None:
            return
        line = b"--" + first[1]
        position = data.find(line, first.start())
        for number in range(limits.children):
            head = data.find(b"\n", position, position + len(line) + 256) + 1
            closed = data[position + len(line) : position + len(line) + 2] == b"--"
            if closed or head == 0:
                return
            behind = data.find(b"\n" + line, head - 1)
            end = behind if behind >= 0 else len(data)
            if behind > head and data[behind - 1] == 0x0D:
                end -= 1
            yield from _part(data, head, max(end, head), number, whole=behind >= 0)
            if behind < 0:
                return
            position = behind + 1


def _part(data: bytes, head: int, end: int, number: int, *, whole: bool) -> Iterator[Child]:
    blank = _BLANK.search(data, max(head - 1, 0), min(end, head + _HEADERS))
    if data[head : head + 2] == b"\r\n" or data[head : head + 1] == b"\n":
        headers, start = b"", head + (2 if data[head] == 0x0D else 1)
    elif blank is None:
        return
    else:
        headers, start = data[head : blank.start()], blank.end()
    named = _NAME.search(headers)
    path = (named[1] or named[2] or b"").decode("utf-8", "replace") if named else f"[{number}]"
    if end > start:
        yield Child(data=data[start:end], start=start, end=end, path=path, complete=whole)
    sent = _FILE.search(headers)
    if sent:
        a, b = sent.span(1 if sent[1] is not None else 2)
        if b > a:
            yield Child(data=headers[a:b], start=head + a, end=head + b, path=f"{path}.filename")


encoding = Multipart()
