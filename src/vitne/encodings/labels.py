"""A text cut into the labels of a host name, for one label has 63 letters at the most.

summary: a text cut into labels of one length, joined again
specification: RFC 1035 section 2.3.4; none for what senders write into labels

The format has no end: which label is the last of the text is told by what comes out of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_NAME = re.compile(rb"([0-9A-Za-z_-]{24,63})\.([0-9A-Za-z_.-]{1,250})\.?")
_LONG = 48  # letters of a first label that no other of its length follows
_DIGIT = re.compile(rb"[0-9]")


class Labels:
    """Labels as long as the first, and one behind them that may be shorter, are one text."""

    name = "labels"
    summary = "a text cut into labels of one length, joined again"
    specification = "RFC 1035 section 2.3.4; none for what senders write into labels"
    family: Family = "text"
    order = 37
    marks = (b".",)
    run = 12
    solid = True
    readable = True
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of data that are a host name as a whole, with and without the shorter label."""
        name = _NAME.fullmatch(data)
        if name is None or _DIGIT.search(name[1]) is None:
            return
        for number, count in enumerate(_counts(data)):
            if number < limits.children:
                yield _joined(data, count)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of the whole data, all labels joined.  Raises Malformed where they are no name."""
        del limits
        labels = data.split(b".")
        if len(labels) < 2 or any(len(label) != len(labels[0]) for label in labels[:-1]):
            raise Malformed("no labels of one length", at=0)
        if not 0 < len(labels[-1]) <= len(labels[0]) <= 63:
            raise Malformed("a label longer than the first", at=0)
        yield _joined(data, len(labels))

    def wrap(self, child: Child) -> bytes:
        """Cut the text into labels again."""
        width: int = dict(child.params)["wrap"]
        return b".".join([child.data[at : at + width] for at in range(0, len(child.data), width)])

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of the text stand among the labels."""
        del data
        width: int = dict(child.params)["wrap"]
        first = min(child.start + start + start // width, child.end)
        return (first, first) if start >= end else (first, child.start + end + (end - 1) // width)


def _counts(data: bytes) -> list[int]:
    """Say how many labels may be the text: those as long as the first, with and without the next."""
    labels = data.rstrip(b".").split(b".")
    width = len(labels[0])
    same = next((at for at, label in enumerate(labels) if len(label) != width), len(labels))
    shorter = same < len(labels) and len(labels[same]) < width
    counts = [same + 1] if shorter and (same > 1 or width >= _LONG) else []
    return [*counts, *([same] if same > 1 else [])]


def _joined(data: bytes, count: int) -> Child:
    labels = data.split(b".")[:count]
    text = b"".join(labels)
    params = (("wrap", len(labels[0])),)
    return Child(data=text, start=0, end=len(text) + count - 1, params=params)


encoding = Labels()
