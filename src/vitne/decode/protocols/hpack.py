"""HPACK: the header fields of HTTP/2, read by somebody who may have joined late.

RFC 7541.  Fields are given with their places in the block.  Whoever missed a block no longer knows the older
entries of the dynamic table: an index beyond what was seen since gives a field without name and value.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from vitne.decode.protocols.hpack_huffman import undo
from vitne.model import Malformed

_STATIC_TEXT = (
    ":authority=|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|"
    ":status=200|:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|"
    "accept-charset=|accept-encoding=gzip, deflate|accept-language=|accept-ranges=|accept=|"
    "access-control-allow-origin=|age=|allow=|authorization=|cache-control=|content-disposition=|"
    "content-encoding=|content-language=|content-length=|content-location=|content-range=|"
    "content-type=|cookie=|date=|etag=|expect=|expires=|from=|host=|if-match=|if-modified-since=|"
    "if-none-match=|if-range=|if-unmodified-since=|last-modified=|link=|location=|max-forwards=|"
    "proxy-authenticate=|proxy-authorization=|range=|referer=|refresh=|retry-after=|server=|"
    "set-cookie=|strict-transport-security=|transfer-encoding=|user-agent=|vary=|via=|"
    "www-authenticate="
)  # RFC 7541 appendix A, in order from 1
STATIC: tuple[tuple[bytes, bytes], ...] = tuple(
    (name.encode(), value.encode())
    for name, _, value in (row.partition("=") for row in _STATIC_TEXT.split("|"))
)
_OVERHEAD = 32  # bytes that an entry counts beside its text (section 4.1)
_FIRST_SIZE = 4096  # bytes of the table at the beginning (RFC 9113 section 6.5.2)
_LARGEST_TABLE = 1 << 20  # bytes of a table that is believed; Chromium and curl ask for 64 KiB at most
_LONGEST_STRING = 256 << 10  # bytes of one name or value
MOST_FIELDS = 4096  # fields of one block that are given
MOST_BYTES = 512 << 10  # bytes of names and values of one block that are given
UNKNOWN = b"?"
"""Name and value of an entry that was made before we joined."""


class Field(NamedTuple):
    """One header field and where it stands in its block."""

    name: bytes
    value: bytes
    start: int  # half-open range of the whole field
    end: int
    value_at: int  # where the value stands as it is, -1 where it stands nowhere in clear
    known: bool = True  # false: an entry of the table that was not seen


def integer(data: bytes, at: int, bits: int) -> tuple[int, int]:
    """Read an integer whose first byte has so many bits for it (section 5.1): value, position behind it."""
    if at >= len(data):
        raise Malformed("a header block ends inside a field", at=at)
    most = (1 << bits) - 1
    value = data[at] & most
    at += 1
    if value < most:
        return value, at
    for shift in range(0, 35, 7):
        if at >= len(data):
            raise Malformed("a header block ends inside an integer", at=at)
        value += (data[at] & 0x7F) << shift
        at += 1
        if not data[at - 1] & 0x80:
            return value, at
    raise Malformed("an integer of a header block is too great", at=at)


def string(data: bytes, at: int, bits: int = 7) -> tuple[bytes, int, int]:
    """Read a string (section 5.2): its bytes, where they stand in clear or -1, position behind it.

    ``bits`` is how many bits of the first byte are for the length; the one above them tells of Huffman.
    """
    if at >= len(data):
        raise Malformed("a header block ends where a string is due", at=at)
    coded = data[at] & 1 << bits
    length, at = integer(data, at, bits)
    if length > len(data) - at:
        raise Malformed("a string of a header block is longer than the block", at=at)
    if length > _LONGEST_STRING:
        raise Malformed("a string of a header block is longer than is read", at=at)
    raw = data[at : at + length]
    return (undo(raw), -1, at + length) if coded else (raw, at, at + length)


class Table:
    """The dynamic table of one direction (section 2.3.2), newest entry first."""

    def __init__(self) -> None:
        self._entries: deque[tuple[bytes, bytes]] = deque()
        self._size = 0
        self._most = _FIRST_SIZE
        self.late = False  # blocks were missed: older entries are not known

    def __len__(self) -> int:
        return len(self._entries)

    def forget(self) -> None:
        """Take note that blocks were missed."""
        self._entries.clear()
        self._size = 0
        self.late = True

    def resize(self, most: int) -> None:
        """Take a new greatest size (section 6.3); raises Malformed where it is beyond belief."""
        if most > _LARGEST_TABLE:
            raise Malformed("a table of header fields is larger than is kept")
        self._most = most
        self._evict()

    def _evict(self) -> None:
        while self._size > self._most:
            name, value = self._entries.pop()
            self._size -= len(name) + len(value) + _OVERHEAD

    def add(self, name: bytes, value: bytes) -> None:
        """Put an entry in front; one larger than the table empties it (section 4.4)."""
        self._entries.appendleft((name, value))
        self._size += len(name) + len(value) + _OVERHEAD
        self._evict()

    def entry(self, index: int) -> tuple[bytes, bytes, bool]:
        """Give name and value of an index (section 2.3.3), and whether they are known."""
        if index <= 0:
            raise Malformed("index 0 of the table of header fields")
        if index <= len(STATIC):
            return (*STATIC[index - 1], True)
        index -= len(STATIC) + 1
        if index < len(self._entries):
            return (*self._entries[index], True)
        if not self.late or index > _LARGEST_TABLE // _OVERHEAD:
            raise Malformed("an index beyond the table of header fields")
        return UNKNOWN, UNKNOWN, False

    def fields(self, block: bytes) -> tuple[list[Field], int]:
        """Read a whole header block; gives its fields and how many more than are kept it held.

        Raises Malformed; the table is then no longer known.
        """
        found: list[Field] = []
        at, left, size = 0, 0, len(block)
        room = MOST_BYTES
        try:
            while at < size:
                byte = block[at]
                if 0x80 < byte < 0xFF:  # most fields: an index of one byte
                    name, value, known = self.entry(byte & 0x7F)
                    field: Field | None = Field(name, value, at, at + 1, -1, known)
                else:
                    field = self._field(block, at, first=not found)
                if field is None:
                    _, at = integer(block, at, 5)
                    continue
                at = field.end
                room -= len(field.name) + len(field.value)
                if room < 0 or len(found) >= MOST_FIELDS:
                    left += 1
                else:
                    found.append(field)
        except Malformed:
            self.forget()
            raise
        return found, left

    def _field(self, block: bytes, at: int, *, first: bool) -> Field | None:
        """Read one field (section 6); None where it is a change of the table's size."""
        byte = block[at]
        if byte & 0x80:
            index, end = integer(block, at, 7)
            name, value, known = self.entry(index)
            return Field(name, value, at, end, -1, known)
        if byte & 0xE0 == 0x20:
            if not first:
                raise Malformed("the table of header fields changes its size behind a field", at=at)
            self.resize(integer(block, at, 5)[0])
            return None
        keep = bool(byte & 0x40)
        index, end = integer(block, at, 6 if keep else 4)
        known = True
        if index:
            name, _, known = self.entry(index)
        else:
            name, _, end = string(block, end)
        value, value_at, end = string(block, end)
        if keep:
            self.add(name, value)
        return Field(name, value, at, end, value_at, known)
