"""UTF-32 text, in either byte order.

summary: text with four bytes for each character
specification: Unicode Standard chapter 3.10

Cutting between two characters cannot be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._looks import readable
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_MARKS = {b"\xff\xfe\x00\x00": "le", b"\x00\x00\xfe\xff": "be"}
_SAMPLE = 512  # bytes in which the upper halves of characters are looked at


class Utf32:
    """The child is the text as UTF-8; the byte order follows from the mark, else from the NULs."""

    name = "utf32"
    summary = "text with four bytes for each character"
    specification = "Unicode Standard chapter 3.10"
    family: Family = "binary"
    order = 38
    readable = True
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of data that are UTF-32 as a whole."""
        order = _order(data)
        child = _read(data, order, limits) if order else None
        if child is not None and readable(child.data):
            yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of the whole data.  Raises Malformed without a byte order, or on no characters."""
        order = _order(data)
        child = _read(data, order, limits) if order else None
        if child is None:
            raise Malformed("no byte order, or numbers that are no characters", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write the text in its byte order, with its mark."""
        known = dict(child.params)
        return (("\ufeff" if known["mark"] else "") + child.data.decode()).encode(f"utf-32-{known['order']}")

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes spell the characters that hold bytes [start, end) of the text."""
        del data
        base = child.start + (4 if dict(child.params)["mark"] else 0)
        first, last = _characters(child.data[:start]), _characters(child.data[:end])
        inside = start < len(child.data) and child.data[start] & 0xC0 == 0x80
        return base + 4 * (first - inside), base + 4 * last


def _characters(text: bytes) -> int:
    """Count the characters that begin in the bytes."""
    return sum(byte & 0xC0 != 0x80 for byte in text)


def _order(data: bytes) -> str | None:
    if len(data) < 8:
        return None
    if data[:4] in _MARKS:
        return _MARKS[data[:4]]
    head = data[: min(_SAMPLE, len(data) // 4 * 4)]
    if not any(head[3::4]) and max(head[2::4]) <= 0x10 and head[0]:
        return "le"
    return "be" if not any(head[0::4]) and max(head[1::4]) <= 0x10 and head[3] else None


def _read(data: bytes, order: str, limits: Limits) -> Child | None:
    mark = data[:4] in _MARKS
    stop = min(len(data), limits.size) // 4 * 4
    try:
        text = data[4 if mark else 0 : stop].decode(f"utf-32-{order}")
    except UnicodeDecodeError:
        return None
    params = (("order", order), ("mark", mark))
    return Child(data=text.encode(), start=0, end=stop, params=params, complete=stop == len(data))


encoding = Utf32()
