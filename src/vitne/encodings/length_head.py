"""A head of the sender's own before some bytes: a few bytes, the last of them how many follow.

summary: bytes behind a short head that ends with their number
specification: none; what many senders put before a message on TCP and UDP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._proto_fields import fields
from vitne.encodings._slices import Slices
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_LONGEST = 16  # bytes of a head
_SHORTEST = 8  # bytes behind it
_FRAME = 5  # bytes of the head of a gRPC message
_PAIR = 2
_SHORT = 0xFFFF  # bytes of data up to which two zeros stand in a number of four bytes that is right
_ZEROS = bytes(2)
_WIDTHS = (4, _PAIR)  # bytes of the number; one byte would be right by chance too often


class LengthHead(Slices):
    """The number has to be that of all bytes behind it."""

    name = "length-head"
    summary = "bytes behind a short head that ends with their number"
    specification = "none; what many senders put before a message"
    family: Family = "binary"
    order = 95
    readable = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the bytes behind the head, if the data begin with one."""
        del limits
        start = _head(data)
        if start:
            yield Child(data=data[start:], start=start, end=len(data))

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the bytes behind the head.  Raises Malformed where no number is right: cut off, or none."""
        if not _head(data):
            raise Malformed("no head whose last bytes say how many follow", at=0)
        yield from self.find(data, limits)


def _head(data: bytes) -> int:
    """Give the length of the head; 0 without."""
    size = len(data)
    last = min(_LONGEST, size - _SHORTEST)
    for width in _WIDTHS if size > _SHORT or _ZEROS in data[:_LONGEST] else _WIDTHS[1:]:
        for end in range(width, last + 1):
            rest = size - end
            if width == _PAIR and (data[end - 1] != rest & 0xFF and data[end - 2] != rest & 0xFF):
                continue
            number = data[end - width : end]
            if rest not in {int.from_bytes(number, "big"), int.from_bytes(number, "little")}:
                continue
            if end == _FRAME and data[0] == 0 and fields(data[end:], 1)[0]:
                continue  # the frame of a gRPC message is read with the message
            return end
    return 0


encoding = LengthHead()
