"""Where the entries of a JSON document stand, found without decoding it: the document may be endless.

specification: RFC 8259
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.exports.json_elements import elements
from vitne.model import Gap

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

MOST_ENTRY = 32 << 20
"""Bytes of one entry that are read at most."""
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z|\\\Z)|[{}\[\]]', re.DOTALL)
_COLON = re.compile(rb"\s*:")
_USUAL_DEPTH = 8  # containers in one another that are stepped over at one go
_LONGEST_KEY = 64
_OPEN, _CLOSE, _QUOTE = b"{[", b"}]", 0x22
Span = tuple[int, int]


def _container(depth: int) -> re.Pattern[bytes]:
    """Give what matches a whole container with at most so many others in one another; it never goes back."""
    string, plain = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', rb'[^"{}\[\]]++'
    inside = rb"(?!)"
    for _ in range(depth):
        inside = rb"[{\[](?:" + plain + rb"|" + string + rb"|" + inside + rb")*+[}\]]"
    return re.compile(inside, re.DOTALL)


_WHOLE = _container(_USUAL_DEPTH)


def span_or_gap(start: int, end: int) -> Span | Gap:
    """Give the range of an entry, a Gap where it is too long to be read."""
    if end - start <= MOST_ENTRY:
        return start, end
    why = f"an entry of more than {MOST_ENTRY} bytes was not read"
    return Gap(kind="limit", why=why, offset=start, length=end - start)


class _Walk:
    """How deep the reading is, and how far along the path of keys."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self.keys = keys
        self.depth = 0
        self.matched = 0  # keys whose container is open
        self.due = False  # the next container is the value of the key that comes next
        self.begin = -1  # where the entry in hand begins
        self.seen = False  # the list of entries was met

    @property
    def at_entry(self) -> bool:
        """Whether a container that opens here is an entry."""
        goal = len(self.keys)
        return self.matched == goal and self.depth == goal + 1 and self.begin < 0 and self.seen

    def open(self, at: int, *, is_list: bool) -> None:
        if self.at_entry:
            self.begin = at
        elif self.depth == 0 or (self.due and self.depth == self.matched + 1):
            self._step(is_list=is_list)
        self.due = False
        self.depth += 1

    def _step(self, *, is_list: bool) -> None:
        """Go one container further along the path, if this is the one."""
        goal = len(self.keys)
        along = self.matched + (1 if self.due else 0)
        if is_list == (along == goal):
            self.matched = along
            self.seen |= is_list

    def close(self, at: int) -> Span | None:
        """Leave a container; gives the entry that ends here."""
        self.due = False
        self.depth -= 1
        goal = len(self.keys)
        if self.begin >= 0 and self.depth == goal + 1:
            begin, self.begin = self.begin, -1
            return begin, at + 1
        if self.depth <= self.matched:
            self.matched = max(0, self.depth - 1)
        return None


def entries(data: Any, *keys: bytes, start: int = 0) -> Iterator[Span | Gap]:
    """Yield the range of each element of the list that lies under ``keys``, and Gaps for what is wrong.

    Without keys the document itself is the list.
    """
    walk = _Walk(keys)
    at: int | None = start
    while at is not None:
        at = yield from _until_container(data, walk, at)
    if walk.begin >= 0:
        why = "the file ends inside an entry"
        yield Gap(kind="truncated-file", why=why, offset=walk.begin, length=len(data) - walk.begin)
    elif walk.depth > 0:
        yield Gap(
            kind="truncated-file", why="the file ends before its list of entries does", offset=len(data)
        )
    if not walk.seen:
        yield Gap(kind="malformed", why="the file holds no list of entries", offset=0, length=len(data))


def _until_container(data: Any, walk: _Walk, start: int) -> Generator[Span | Gap, None, int | None]:
    """Read tokens up to an entry that could be stepped over whole; gives where to go on, None at the end."""
    for token in _TOKEN.finditer(data, start):
        at = token.start()
        byte = data[at]
        if byte == _QUOTE:
            walk.due = _is_key(walk, token, data)
        elif byte in _OPEN:
            if walk.at_entry:
                walk.due = False
                behind = yield from _entries(data, at)
                if behind > at:
                    return behind
            walk.open(at, is_list=byte == _OPEN[1])
        elif byte in _CLOSE:
            done = walk.close(at)
            if done is not None:
                yield span_or_gap(*done)
            if walk.depth <= 0:
                break
    return None


def _entries(data: Any, at: int) -> Generator[Span | Gap, None, int]:
    """Step over entries that are whole, as many as follow one another; gives where to go on."""
    found = elements(data, at)
    try:
        while True:
            yield span_or_gap(*next(found))
    except StopIteration as ended:
        behind: int = ended.value
    whole = _WHOLE.match(data, at) if behind == at else None  # larger than what is counted at once
    if whole is None:
        return behind
    yield span_or_gap(at, whole.end())
    return whole.end()


def _is_key(walk: _Walk, token: re.Match[bytes], data: Any) -> bool:
    """Say whether a string is the key that comes next on the path."""
    if walk.matched >= len(walk.keys) or walk.depth != walk.matched + 1:
        return False
    if token.end() - token.start() > _LONGEST_KEY or token[0][1:-1] != walk.keys[walk.matched]:
        return False
    return _COLON.match(data, token.end()) is not None
