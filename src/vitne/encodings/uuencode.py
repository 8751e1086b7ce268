"""uuencode.

summary: three bytes as four letters, in lines between begin and end
specification: POSIX.1-2017, uuencode
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_BEGIN = re.compile(rb"(?:\A|(?<=\n))begin [0-7]{3,4} ([^\r\n]{0,255})\r?\n")
_LINE = re.compile(rb"([ -`]+)\r?\n")
_END = re.compile(rb"(?:[ `]\r?\n)?end")
_LINE_BYTES = 45  # bytes of a full line


class Uuencode(WholeRange):
    """The contents between the lines begin and end; the child's path is the name of the file."""

    name = "uuencode"
    summary = "three bytes as four letters, in lines between begin and end"
    specification = "POSIX.1-2017, uuencode"
    family: Family = "text"
    order = 36
    marks = (b"begin ",)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what stands between begin and end."""
        position = 0
        for _ in range(limits.children):
            begin = _BEGIN.search(data, position)
            if begin is None:
                return
            child = _read(data, begin, limits)
            position = max(child.end, begin.end())
            if child.data:
                yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where no line begins them."""
        begin = _BEGIN.match(data)
        child = _read(data, begin, limits) if begin else None
        if child is None or not (child.data or child.complete):
            raise Malformed("no line that begins uuencoded data", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write the lines again; writers differ in how they spell zero."""
        lines = [
            binascii.b2a_uu(child.data[at : at + _LINE_BYTES], backtick=True)
            for at in range(0, len(child.data), _LINE_BYTES)
        ]
        return b"begin 644 %s\n" % (child.path.encode()[:255] or b"file") + b"".join(lines) + b"`\nend\n"


def _read(data: bytes, begin: re.Match[bytes], limits: Limits) -> Child:
    out: list[bytes] = []
    size, position = 0, begin.end()
    end = _END.match(data, position)
    while end is None and size < limits.size and (line := _LINE.match(data, position)):
        try:
            out.append(binascii.a2b_uu(line[1]))
        except binascii.Error:
            break
        size += len(out[-1])
        position = line.end()
        end = _END.match(data, position)
    path = begin[1].decode("utf-8", "replace")
    stop = end.end() if end else position
    return Child(data=b"".join(out), start=begin.start(), end=stop, path=path, complete=end is not None)


encoding = Uuencode()
