"""UTF-16 text, in either byte order.

summary: text with two bytes for most characters
specification: RFC 2781; Unicode Standard chapter 3.10

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

_SAMPLE = 512  # bytes in which NULs are counted
_SHARE = 0.6  # share of one parity that has to be NUL


class Utf16:
    """The child is the text as UTF-8; the byte order follows from the mark, else from the NULs."""

    name = "utf16"
    summary = "text with two bytes for most characters"
    specification = "RFC 2781; Unicode Standard chapter 3.10"
    family: Family = "binary"
    order = 40
    readable = True
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of data that are UTF-16 as a whole."""
        order = _order(data)
        if order:
            child = _read(data, order, limits)
            if child and readable(child.data):
                yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of the whole data.  Raises Malformed without a byte order, or on lone halves."""
        order = _order(data)
        if order is None:
            raise Malformed("no byte order mark, and no NULs that tell the order", at=0)
        child = _read(data, order, limits)
        if child is None:
            raise Malformed("half of a surrogate pair", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write the text in its byte order, with its mark."""
        known = dict(child.params)
        text = child.data.decode("utf-8")
        return (("\ufeff" if known["mark"] else "") + text).encode(f"utf-16-{known['order']}")

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes spell the characters that hold bytes [start, end) of the text."""
        del data
        base = child.start + (2 if dict(child.params)["mark"] else 0)
        return base + _units(child.data, start, up=False), base + _units(child.data, end, up=True)


def _units(text: bytes, position: int, *, up: bool) -> int:
    """Count the UTF-16 bytes before a position of the UTF-8 text; inside a character its edge counts."""
    step = 1 if up else -1
    while 0 < position < len(text) and text[position] & 0xC0 == 0x80:
        position += step
    return len(text[:position].decode("utf-8").encode("utf-16-le"))


def _order(data: bytes) -> str | None:
    if len(data) < 4:
        return None
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "le" if data[0] == 0xFF else "be"
    head = data[: min(_SAMPLE, len(data) // 2 * 2)]
    half = len(head) // 2
    even, odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    # a text that begins in the middle of a character stands behind a head of odd length
    if odd >= _SHARE and even <= 0.1 and data[1] == 0:
        return "le"
    return "be" if even >= _SHARE and odd <= 0.1 and data[0] == 0 else None


def _read(data: bytes, order: str, limits: Limits) -> Child | None:
    mark = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    stop = min(len(data), limits.size) // 2 * 2
    raw = data[2 if mark else 0 : stop]
    try:
        text = raw.decode(f"utf-16-{order}")
    except UnicodeDecodeError as error:
        stop = error.start + (2 if mark else 0)
        text = raw[: error.start].decode(f"utf-16-{order}", "ignore")
        if error.start < len(raw) - 2:
            return None
    params = (("order", order), ("mark", mark))
    return Child(data=text.encode("utf-8"), start=0, end=stop, params=params, complete=stop == len(data))


encoding = Utf16()
