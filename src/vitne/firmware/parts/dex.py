"""Code of Android: its texts and the functions it refers to.

specification: Android, Dalvik executable format, versions 035 to 041
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget

_LONGEST = 1 << 14  # bytes of a text that are looked at
_HEADER = 112


class Text(NamedTuple):
    """One text of the table."""

    number: int
    offset: int  # of its bytes
    data: bytes  # modified UTF-8, as it stands


class Method(NamedTuple):
    """One function that the code defines or refers to."""

    number: int
    offset: int  # of its entry in the table
    name: str  # class and name: android.telephony.TelephonyManager.getImei


def fits(head: bytes) -> bool:
    """Say whether bytes begin as code does."""
    return head[:4] == b"dex\n" and head[7:8] == b"\0" and head[4:7].isdigit()


class Dex:
    """The tables of one file."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        if not fits(data[:8]) or len(data) < _HEADER:
            raise Malformed("this is no code, or it ends inside its header", at=min(len(data), 8))
        if struct.unpack_from("<I", data, 40)[0] != 0x12345678:
            raise Malformed("code in the other byte order is not read", at=40)
        self._data = data
        words = struct.unpack_from("<14I", data, 56)
        self._texts = self._table(words[0], words[1], 4, "texts")
        self._types = self._table(words[2], words[3], 4, "types")
        self._methods = self._table(words[8], words[9], 8, "methods")
        self._left = 4 * len(data)  # bytes that texts may have together: many may point at the same place
        budget.reading(self._texts[1] + self._methods[1])

    def _table(self, count: int, offset: int, width: int, what: str) -> tuple[int, int]:
        if count and (offset < _HEADER or offset + count * width > len(self._data)):
            raise Malformed(f"the table of {what} lies outside of the file", at=offset)
        return offset, count

    def texts(self) -> Iterator[Text]:
        """Give all texts; raises Malformed where they lie on one another more than a file could need."""
        offset, count = self._texts
        for number, place in enumerate(struct.unpack_from(f"<{count}I", self._data, offset)):
            yield Text(number, *self._text(place))

    def _text(self, place: int) -> tuple[int, bytes]:
        data = self._data
        at = place
        while at < len(data) and data[at] & 0x80 and at < place + 4:
            at += 1
        at += 1  # behind the length in UTF-16 units
        end = data.find(b"\0", at, at + _LONGEST)
        if at >= len(data) or (end < 0 and at + _LONGEST > len(data)):
            raise Malformed("a text of code lies outside of the file", at=place)
        text = data[at : end if end >= 0 else at + _LONGEST]
        self._left -= len(text)
        if self._left < 0:
            raise Malformed("the texts of code lie on one another")
        return at, text

    def methods(self, names: frozenset[str]) -> Iterator[Method]:
        """Give the functions whose name (without class) is one of these."""
        data = self._data
        offset, count = self._methods
        wanted = {each.number for each in self.texts() if each.data.decode("utf-8", "replace") in names}
        if not wanted:
            return
        for number in range(count):
            at = offset + 8 * number
            kind, _, name = struct.unpack_from("<HHI", data, at)
            if name in wanted:
                yield Method(number, at, f"{self._type(kind)}.{self._name(name)}")

    def _name(self, number: int) -> str:
        offset, count = self._texts
        if number >= count:
            raise Malformed("code refers to a text that is not there")
        (place,) = struct.unpack_from("<I", self._data, offset + 4 * number)
        return self._text(place)[1].decode("utf-8", "replace")

    def _type(self, number: int) -> str:
        offset, count = self._types
        if number >= count:
            raise Malformed("code refers to a type that is not there")
        (text,) = struct.unpack_from("<I", self._data, offset + 4 * number)
        name = self._name(text)
        return name[1:-1].replace("/", ".") if name.startswith("L") else name
