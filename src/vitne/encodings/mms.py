"""Multimedia messages as phones exchange them with their centre, over HTTP, WAP or as a pushed short message.

summary: addresses, subject and parts of a multimedia message; children by the name of the header
specification: OMA MMS Encapsulation 1.3 sections 6 and 7; WAP-230-WSP sections 8.2.4 (push), 8.4.2 (headers)
and 8.5 (multipart)
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from vitne.encodings._slices import Slices
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_TYPE, _TRANSACTION, _CONTENT_TYPE = 0x8C, 0x98, 0x84
_TYPES = range(0x80, 0x98)  # kinds of messages
_WITH_BODY = {0x80, 0x84}  # those that hold content: sent, and fetched
_NAMES = {
    0x81: "bcc",
    0x82: "cc",
    0x83: "content-location",
    0x89: "from",
    0x8B: "message-id",
    0x96: "subject",
    0x97: "to",
    0x98: "transaction-id",
    0xA0: "sender",
}
_PUSH = 0x06
_MULTIPART = range(0x23, 0x37)  # well-known media that have parts: mixed to related
_SINGLE = {0x24, 0x25, *range(0x27, 0x33)}  # those in that range that have none
_LENGTH_FOLLOWS = 31
_MOST_HEADERS = 512


class Mms(Slices):
    """Children are the texts of the headers, and the parts of the message by number."""

    name = "mms"
    summary = "addresses, subject and parts of a multimedia message; children by the name of the header"
    specification = "OMA MMS Encapsulation 1.3 sections 6 and 7; WAP-230-WSP sections 8.2.4, 8.4.2 and 8.5"
    readable = False
    family: Family = "binary"
    order = 15

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what a message holds that the data are as a whole, or that they push."""
        at = _begin(data)
        if at is not None:
            yield from _children(data, at, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what the message holds.  Raises Malformed where none begins."""
        at = _begin(data)
        if at is None:
            raise Malformed("no multimedia message begins here", at=0)
        yield from _children(data, at, limits)


class _Value(NamedTuple):
    """Where a value of a header stands."""

    start: int  # half-open range of its contents, without length and without the zero behind a text
    end: int
    behind: int  # where what follows begins
    text: bool


def _begin(data: bytes) -> int | None:
    """Give where the message begins: at once, or behind the head of a push."""
    for at in (0, _behind_push(data)):
        if at is not None and len(data) > at + 3 and data[at] == _TYPE and data[at + 1] in _TYPES:
            return at if data[at + 2] in {_TRANSACTION, 0x8D, 0x8B} else None
    return None


def _behind_push(data: bytes) -> int | None:
    if len(data) < 4 or data[1] != _PUSH:
        return None
    length, at = _uintvar(data, 2)
    return at + length if at and at + length < len(data) else None


def _children(data: bytes, at: int, limits: Limits) -> Iterator[Child]:
    yield from islice(_headers(data, at), limits.children)


def _headers(data: bytes, at: int) -> Iterator[Child]:
    """Yield the texts of headers; behind the content type, which is the last one, the parts."""
    holds = data[at + 1] in _WITH_BODY
    for _ in range(_MOST_HEADERS):
        if at + 1 >= len(data):
            if at < len(data) or holds:
                at = min(at, len(data))
                yield Child(data=data[at:], start=at, end=len(data), path="header", complete=False)
            return
        field = data[at]
        if field < 0x80:  # a header by name: two texts
            name = _value(data, at)
            value = _value(data, name.behind)
            path = data[name.start : name.end][:256].decode("latin-1")
            yield from _text(data, value, path)
            at = value.behind
            continue
        value = _value(data, at + 1)
        if field == _CONTENT_TYPE:
            yield from _body(data, value)
            return
        if field in _NAMES:
            yield from _text(data, _inner(data, value), _NAMES[field])
        at = value.behind


def _text(data: bytes, value: _Value, path: str) -> Iterator[Child]:
    if value.end > value.start and value.text:
        whole = value.behind <= len(data)
        end = min(value.end, len(data))
        yield Child(data=data[value.start : end], start=value.start, end=end, path=path, complete=whole)


def _value(data: bytes, at: int) -> _Value:
    """Read one value (section 8.4.1.2); one that goes beyond the data ends behind them."""
    if at >= len(data):
        return _Value(at, at, at + 1, text=False)
    first = data[at]
    if first >= 0x80:
        return _Value(at, at + 1, at + 1, text=False)
    if first > _LENGTH_FOLLOWS or first == 0:
        quote = first in {0x7F, 0x22} and at + 1 < len(data)
        end = data.find(b"\0", at)
        stop = len(data) if end < 0 else end
        return _Value(at + quote, stop, stop + 1, text=True)
    length, start = (first, at + 1) if first < _LENGTH_FOLLOWS else _uintvar(data, at + 1)
    if not start:
        return _Value(at, len(data), len(data) + 1, text=False)
    return _Value(start, start + length, start + length, text=False)


def _inner(data: bytes, value: _Value) -> _Value:
    """Give the text inside a value with a length: behind a token of presence and a character set."""
    at = value.start
    if value.text or value.end > len(data):
        return value
    if at < value.end and data[at] == 0x80:
        at += 1  # address-present-token
    if at < value.end and 0 < data[at] <= _LENGTH_FOLLOWS:
        at = _value(data, at).start
    if at < value.end and (data[at] >= 0x80 or data[at] <= _LENGTH_FOLLOWS):
        at = _value(data, at).behind  # character set
    end = data.find(b"\0", at, value.end)
    return _Value(at, value.end if end < 0 else end, value.behind, text=True)


def _body(data: bytes, kind: _Value) -> Iterator[Child]:
    """Yield the parts of a body, or the body where it is one."""
    at = kind.behind
    if at >= len(data):
        yield Child(data=b"", start=len(data), end=len(data), path="body", complete=False)
        return
    media = data[kind.start] & 0x7F if kind.start < len(data) and data[kind.start] >= 0x80 else None
    named = data[kind.start : kind.end].startswith(b"application/vnd.wap.multipart")
    if not named and (media is None or media not in _MULTIPART or media in _SINGLE):
        yield Child(data=data[at:], start=at, end=len(data), path="body")
        return
    count, at = _uintvar(data, at)
    for number in range(min(count, _MOST_HEADERS)):
        head, at = _uintvar(data, at) if at else (0, 0)
        size, at = _uintvar(data, at) if at else (0, 0)
        start = at + head
        if not at or start > len(data):
            end = len(data)
            yield Child(data=b"", start=end, end=end, path=f"[{number}]", complete=False)
            return
        end = min(start + size, len(data))
        yield Child(
            data=data[start:end], start=start, end=end, path=f"[{number}]", complete=start + size <= len(data)
        )
        at = end


def _uintvar(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of seven bits a byte: its value and where the next byte stands, 0 where it is cut."""
    value = 0
    for place in range(at, min(at + 5, len(data))):
        value = value << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return value, place + 1
    return 0, 0


encoding = Mms()
