"""Names as DNS writes them: labels with their lengths before them.

summary: the labels of a host name, each with its length before it
specification: RFC 1035 section 3.1

Compression pointers lead out of the bytes in hand: they are for the decoder of the message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_LETTERS = re.compile(rb"[A-Za-z0-9_*-]+")
_LONGEST = 255  # bytes of a name on the wire


class DnsName:
    """Labels and dotted text stand side by side: a range of one is a range of the other, one byte on."""

    name = "dns-name"
    summary = "the labels of a host name, each with its length before it"
    specification = "RFC 1035 section 3.1"
    family: Family = "binary"
    order = 60
    begins = frozenset(range(1, 64))
    ends = frozenset({0})
    readable = True
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the whole data where they are one name of at least two labels of host name letters."""
        del limits
        if not 4 <= len(data) <= _LONGEST or data[-1] or not 0 < data[0] < 64:
            return
        labels, end = _labels(data)
        if end == len(data) and len(labels) >= 2 and all(_LETTERS.fullmatch(label) for label in labels):
            yield Child(data=b".".join(labels), start=0, end=end)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the dotted name.  Raises Malformed where a length is wrong."""
        del limits
        if not data or data[0] > 63:
            raise Malformed("no label begins here", at=0)
        labels, end = _labels(data)
        whole = 0 < end <= len(data) and data[end - 1] == 0 and sum(map(len, labels)) + len(labels) + 1 == end
        if not labels and not whole:
            raise Malformed("a label longer than the bytes", at=0)
        params = () if whole else (("end", False),)
        yield Child(data=b".".join(labels), start=0, end=end, params=params, complete=whole)

    def wrap(self, child: Child) -> bytes:
        """Write the labels with their lengths."""
        labels = child.data.split(b".") if child.data else []
        end = b"" if child.params else b"\x00"
        return b"".join(bytes((len(label) & 0xFF,)) + label for label in labels) + end

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of the dotted name stand among the labels."""
        del data
        return child.start + 1 + start, child.start + 1 + end


def _labels(data: bytes) -> tuple[list[bytes], int]:
    """Read labels up to the root: the labels, and the position behind the last byte that was read."""
    labels: list[bytes] = []
    position = 0
    while position < min(len(data), _LONGEST):
        length = data[position]
        if length == 0:
            return labels, position + 1
        label = data[position + 1 : position + 1 + length]
        if length > 63 or len(label) < length or b"." in label:
            break
        labels.append(label)
        position += 1 + length
    return labels, position


encoding = DnsName()
