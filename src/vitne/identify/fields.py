"""Named values of a message: what its sender calls by a name, found in the nodes or spelled out in text."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from vitne.model import Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


MOST_BYTES = 4096  # a longer value is no single identifier
REMEMBERED = 256  # characters of a name up to which it is remembered
MOST_PAIRS = 512  # names read out of one piece of text
_SPACE = b" \t\r\n\"'"
_SEPARATOR = re.compile(rb"[=:]")
_NAME = re.compile(rb"[A-Za-z_$][A-Za-z0-9_.\-]{0,47}$")
_VALUE = re.compile(rb"[^\s\"'&;,<>{}\\\x00-\x1f\x7f]{1,512}")
_QUOTED = re.compile(rb"[^\"'\\\x00-\x1f\x7f]{1,512}")
_COOKIE = re.compile(rb"([^=;\s]{1,128})=([^;]{0,4096})")
COOKIE = "header:cookie"


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A value that its sender calls by a name."""

    node: Node  # in whose data it stands
    start: int  # half-open range in the node's data, without blanks and quotes around
    end: int
    name: str  # the sender's own name
    inner: bool  # unwrapped from a part, not the part itself
    record: int  # the same for all values that stand side by side


def last_step(name: str) -> str:
    """Give the last step of a field name as the sender wrote it: `request.hwid` gives `hwid`."""
    return name.removesuffix("[]").rpartition(".")[2]


def normal(name: str) -> str:
    """Write the last step of a field name in lower case without separators: `user.e_mail` gives `email`."""
    return _normal(name) if len(name) > REMEMBERED else _known_normal(name)


@lru_cache(maxsize=8192)
def _known_normal(name: str) -> str:
    return _normal(name)


def _normal(name: str) -> str:
    last = last_step(name)
    while last.endswith("]"):
        head, bracket, inside = last[:-1].rpartition("[")
        if not bracket:
            break
        if inside and not inside.isdigit():
            last = inside
            break
        last = head
    return "".join(filter(str.isalnum, last.lower())) or "".join(filter(str.isalnum, name.lower()))


class Covered:
    """The ranges of some data that readable children cover."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        ranges.sort()
        self.ranges = ranges

    def gaps(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches of the first ``size`` bytes that no range covers."""
        at = 0
        for start, end in self.ranges:
            if start >= size:
                break
            if start > at:
                yield at, start
            at = max(at, end)
        if at < size:
            yield at, size

    def holds(self, start: int, end: int) -> bool:
        """Say whether one of the ranges is exactly this one."""
        at = bisect_left(self.ranges, (start, end))
        return at < len(self.ranges) and self.ranges[at] == (start, end)


NOTHING = Covered([])


def readable_children(nodes: Sequence[Node]) -> dict[int, Covered]:
    """Map the id() of each node to the ranges that its readable children cover."""
    ranges: dict[int, list[tuple[int, int]]] = {}
    for node in nodes:
        if node.passed:
            ranges.setdefault(id(node), []).extend(node.passed)
        if node.parent is None or node.child is None or node.encoding is None:
            continue
        if node.encoding.readable:
            ranges.setdefault(id(node.parent), []).append((node.child.start, node.child.end))
    return {key: Covered(found) for key, found in ranges.items()}


def named(nodes: Sequence[Node], covered: dict[int, Covered]) -> Iterator[Named]:
    """Yield the named values of all nodes of one message, in their order."""
    for node in nodes:
        ranges = covered.get(id(node))
        size = len(node.data)
        if ranges is None and node.depth == 0 and node.part.path.lower() == COOKIE:
            yield from _cookies(node)
            continue
        if (
            (node.field or node.depth == 0)
            and 0 < size <= MOST_BYTES
            and not (ranges and ranges.holds(0, size))
        ):
            start, end = trimmed(node.data, 0, size)
            if start < end:
                record = id(node if node.parent is None else node.parent)
                inner = node.depth > 0
                yield Named(node=node, start=start, end=end, name=node.field, inner=inner, record=record)
        if ranges is None and size >= 5:
            yield from _pairs(node)


def trimmed(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Leave out blanks and quotes at both ends of a range."""
    while start < end and data[start] in _SPACE:
        start += 1
    while start < end and data[end - 1] in _SPACE:
        end -= 1
    return start, end


def _cookies(node: Node) -> Iterator[Named]:
    """Read a Cookie header that was not unwrapped (RFC 6265 section 4.2.1)."""
    for found in _COOKIE.finditer(node.data):
        start, end = trimmed(node.data, *found.span(2))
        name = found[1].decode("utf-8", "replace")
        yield Named(node=node, start=start, end=end, name=name, inner=True, record=id(node))


def _pairs(node: Node) -> Iterator[Named]:
    """Read `name=value`, `name: value` and `"name":"value"` out of text that no encoding took apart."""
    data = node.data
    for count, separator in enumerate(_SEPARATOR.finditer(data)):
        if count == MOST_PAIRS:
            return
        at = separator.start()
        before = data[max(0, at - 52) : at].rstrip(b" \"'")
        found = _NAME.search(before[-48:])
        if found is None:
            continue
        start = at + 1
        while start < len(data) and start < at + 3 and data[start] in b" ":
            start += 1
        quoted = data[start : start + 1] in {b'"', b"'"}
        value = (_QUOTED if quoted else _VALUE).match(data, start + quoted)
        if value is not None:
            name = found[0].decode("ascii")
            low, high = value.start(), value.start() + _text_length(value[0])
            if low == high:
                continue
            inner = node.depth > 0
            yield Named(node=node, start=low, end=high, name=name, inner=inner, record=id(node))


def _text_length(raw: bytes) -> int:
    """Count the bytes up to the first that is no UTF-8: there, text inside binary data ends."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(raw)
