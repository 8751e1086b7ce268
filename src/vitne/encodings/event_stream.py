"""Server-sent events: what a server pushes over one answer, event by event.

summary: events of a stream; children by the name of the event
specification: HTML Standard section 9.2.6, Interpreting an event stream

The format has no end: behind an event the next may follow.  An event without an empty line behind it is not
whole.  Several lines of data make one text, joined by line
feeds; where other fields stand between them, each line is a child of its own.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"([^\r\n]*+)(\r\n|\r|\n|\Z)")
_FIELD = re.compile(rb"(data|event|id|retry)(?::( ?)([^\r\n]*+))?\Z")
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?(?:(?::[^\r\n]*+)?(?:\r\n|\r|\n))*+(?:data|event|id|retry):")
_DATA = re.compile(rb"(?:^|[\r\n])data:")


class _Line(NamedTuple):
    """One field of an event."""

    name: bytes
    start: int  # half-open range of its value
    end: int


class EventStream:
    """Children are the data of each event, under the event's name, and its id."""

    name = "event-stream"
    summary = "events of a stream; children by the name of the event"
    specification = "HTML Standard section 9.2.6"
    family: Family = "structure"
    order = 45
    marks = (b":",)
    readable = True
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the events of data that begin as such a stream."""
        if _BEGINS.match(data) and _DATA.search(data):
            yield from _events(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the events of the whole data.  Raises Malformed where it begins with no field."""
        if data and not _BEGINS.match(data):
            raise Malformed("no field of an event begins here", at=0)
        yield from _events(data, limits)

    def wrap(self, child: Child) -> bytes:
        """Put what stood between the lines back."""
        glue = dict(child.params).get("glue", "")
        return child.data.replace(b"\n", glue.encode("latin-1")) if glue else child.data

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of the text stand, whichever of its lines they are in."""
        del data
        more = max(0, len(dict(child.params).get("glue", "")) - 1)
        if not more:
            return child.start + start, child.start + end
        first = child.start + start + more * child.data.count(b"\n", 0, start)
        last = child.start + end + more * child.data.count(b"\n", 0, max(start, end - 1))
        return first, max(first, last)


def _events(data: bytes, limits: Limits) -> Iterator[Child]:
    count = 0
    for lines, complete in _fields(data):
        for child in _children(data, lines, complete=complete):
            if count >= limits.children:
                return
            count += 1
            yield child


def _fields(data: bytes) -> Iterator[tuple[list[_Line], bool]]:
    """Yield the fields of each event, and whether an empty line ended it."""
    lines: list[_Line] = []
    at = len(_BOM) if data.startswith(_BOM) else 0
    while at < len(data):
        line = _LINE.match(data, at)
        assert line is not None  # noqa: S101  (it matches anything)
        field = _FIELD.match(line[1])
        if not line[1]:
            if lines:
                yield lines, True
            lines = []
        elif field is not None and field[3] is not None:
            lines.append(_Line(field[1], at + field.start(3), at + field.end(3)))
        elif field is not None:
            lines.append(_Line(field[1], line.end(1), line.end(1)))
        at = line.end()
    if lines:
        yield lines, False


def _children(data: bytes, lines: list[_Line], *, complete: bool) -> Iterator[Child]:
    names = [data[line.start : line.end] for line in lines if line.name == b"event"]
    path = names[-1][:256].decode("utf-8", "replace") if names and names[-1] else "data"
    told = [line for line in lines if line.name == b"data"]
    glue = _glue(data, told)
    if glue is not None and len(told) > 1:
        text = b"\n".join(data[line.start : line.end] for line in told)
        params = (("glue", glue.decode("latin-1")),)
        yield Child(
            data=text, start=told[0].start, end=told[-1].end, path=path, params=params, complete=complete
        )
        told = []
    for line in (*told, *(line for line in lines if line.name == b"id")):
        name = path if line.name == b"data" else "id"
        if line.end > line.start:
            yield Child(
                data=data[line.start : line.end],
                start=line.start,
                end=line.end,
                path=name,
                complete=complete,
            )


def _glue(data: bytes, told: list[_Line]) -> bytes | None:
    """Give what stands between two lines of data where it is the same each time."""
    between = {data[one.end : other.start] for one, other in pairwise(told)}
    if len(between) != 1:
        return None
    (glue,) = between
    return glue if glue.count(b"data") == 1 and len(glue) <= len(b"\r\ndata: ") else None


encoding = EventStream()
