"""Texts in the character sets before Unicode: GBK and GB18030, Big5, Latin-1.

summary: text in GB18030, Big5 or Windows-1252
specification: GB 18030-2005; Big5 as in WHATWG Encoding; Windows-1252 as in WHATWG Encoding

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]+")
# first bytes of what is written daily: level 1 of GB 2312 and its marks, the frequent part of Big5
_GB = re.compile(rb"(?:[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+")
_BIG5 = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xa3\xa4-\xc6][\x40-\x7e\xa1-\xfe])+")
# letters of Latin-1 one at a time, or two at most, beside letters of ASCII
_LATIN = re.compile(
    rb"(?:[\x00-\x7f]|(?<=[A-Za-z])[\xa0-\xff]{1,2}(?![\x80-\xff])|(?<![\x80-\xff])[\xa0-\xff]{1,2}(?=[A-Za-z]))++"
)
_SAMPLE = 4096  # bytes that are looked at
_SHORTEST = 4  # bytes of a text
_LEAST_HIGH = 4  # bytes of characters of two: one such character is no proof


class Charset:
    """The child is the text as UTF-8."""

    name = "charset"
    summary = "text in GB18030, Big5 or Windows-1252"
    specification = "GB 18030-2005; WHATWG Encoding"
    family: Family = "binary"
    order = 44
    readable = True
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of data that are one as a whole, without control characters."""
        if len(data) >= _SHORTEST and _CONTROL.search(data[:_SAMPLE]) is None:
            child = _read(data, limits)
            if child is not None:
                yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of the whole data.  Raises Malformed where none of the sets has its bytes."""
        child = _read(data, limits)
        if child is None:
            raise Malformed("no text of a known character set", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write the text in its character set."""
        return child.data.decode().encode(dict(child.params)["charset"])

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes spell the characters that hold bytes [start, end) of the text."""
        del data
        charset = dict(child.params)["charset"]
        while start and start < len(child.data) and child.data[start] & 0xC0 == 0x80:
            start -= 1
        while end < len(child.data) and child.data[end] & 0xC0 == 0x80:
            end += 1
        before = len(child.data[:start].decode().encode(charset))
        return child.start + before, child.start + before + len(
            child.data[start:end].decode().encode(charset)
        )


def _charset(head: bytes) -> str:
    """Say which set the first bytes fit; "" where none does."""
    runs = _HIGH.findall(head)
    if not runs:
        return ""
    if all(len(run) % 2 == 0 for run in runs) and all(_GB.fullmatch(run) for run in runs):
        return "gb18030" if sum(map(len, runs)) >= _LEAST_HIGH else ""
    if _LATIN.fullmatch(head) and sum(map(len, runs)) * 3 <= len(head):
        return "cp1252"
    return "big5" if _BIG5.fullmatch(head) else ""


def _read(data: bytes, limits: Limits) -> Child | None:
    raw = data[: limits.size]
    head = raw[:_SAMPLE]
    if len(raw) > _SAMPLE:  # not in the middle of a character
        head = head[: len(head) - len(head) % 2] if not head.isascii() else head
        head = (
            head[: max(head.rfind(b" "), head.rfind(b'"'), head.rfind(b","), head.rfind(b"\n")) + 1] or head
        )
    charset = _charset(head)
    if not charset:
        return None
    try:
        text = raw.decode(charset)
    except UnicodeDecodeError as error:
        raw = raw[: error.start]
        if error.start < len(data) - 2 or not raw:
            return None
        text = raw.decode(charset)
    if text.encode(charset, "replace") != raw:
        return None
    params = (("charset", charset),)
    return Child(data=text.encode(), start=0, end=len(raw), params=params, complete=len(raw) == len(data))


encoding = Charset()
