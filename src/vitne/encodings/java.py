"""Texts of objects that Java wrote.

summary: texts and class names of serialised Java objects, in their order
specification: Java Object Serialization Specification 6.4, grammar and constants

The classes that say which fields follow are not read: texts are found by their mark and length.
The format has no end: a cut-off stream cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.encodings._looks import readable
from vitne.encodings._slices import Slices
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_MAGIC = b"\xac\xed\x00\x05"
_REACH = 64 << 10  # how far into the data a stream is looked for
_TEXT = re.compile(rb"[tr](..)(?=[\x09\x0a\x0d\x20-\x7e\xc0-\xf4])|\|\x00{4}(....)", re.DOTALL)
_TRIES = 64  # marks looked at for each child that may be given


class Java(Slices):
    """Texts (TC_STRING, TC_LONGSTRING) and class names (TC_CLASSDESC); not what the fields are called."""

    name = "java"
    summary = "texts and class names of serialised Java objects, in their order"
    specification = "Java Object Serialization Specification 6.4"
    family: Family = "binary"
    order = 39
    marks = (_MAGIC,)
    readable = False

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the texts behind the first mark within the first 64 KiB."""
        at = data.find(_MAGIC, 0, _REACH)
        if at >= 0:
            yield from _texts(data, at + len(_MAGIC), limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the texts of the whole data.  Raises Malformed where the mark does not begin them."""
        if not data.startswith(_MAGIC):
            raise Malformed("no stream of Java objects", at=0)
        yield from _texts(data, len(_MAGIC), limits)


def _texts(data: bytes, position: int, limits: Limits) -> Iterator[Child]:
    count = 0
    for _ in range(limits.children * _TRIES):
        match = _TEXT.search(data, position)
        if match is None or count >= limits.children:
            return
        length = int.from_bytes(match[1] or match[2], "big")
        start = match.end()
        text = data[start : start + length]
        if len(text) == length > 0 and readable(text):
            path = "class" if data[match.start()] == 0x72 else f"[{count}]"
            yield Child(data=text, start=start, end=start + length, path=path)
            count += 1
            position = start + length
        else:
            position = match.start() + 1


encoding = Java()
