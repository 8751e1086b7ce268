"""Changes of bytes: ranges and what comes to stand in them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Edit(NamedTuple):
    """Bytes [start, end) become ``data``."""

    start: int
    end: int
    data: bytes


class Unchangeable(Exception):  # noqa: N818  (it says what the bytes are)
    """A value stands where it cannot be changed without breaking what is around it."""


class Range(Protocol):
    """Something that stands in [start, end)."""

    @property
    def start(self) -> int:
        """First byte."""
        ...

    @property
    def end(self) -> int:
        """Behind the last byte."""
        ...


_Range = TypeVar("_Range", bound=Range)


def merged(edits: Sequence[Edit]) -> list[Edit]:
    """Keep the first of changes that overlap, in the order of place."""
    return sorted(apart(edits))


def apart(some: Iterable[_Range]) -> list[_Range]:
    """Keep the first of those that overlap."""
    kept: list[_Range] = []
    starts: list[int] = []
    for each in some:
        at = bisect_right(starts, each.start)
        before, behind = kept[at - 1 : at], kept[at : at + 1]
        if any(o.start < each.end and each.start < o.end for o in (*before, *behind)):
            continue
        kept.insert(at, each)
        starts.insert(at, each.start)
    return kept


def applied(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Give the data with changes made; these are in order and do not overlap."""
    out, at = [], 0
    for edit in edits:
        out += [data[at : edit.start], edit.data]
        at = edit.end
    return b"".join([*out, data[at:]])
