"""Binary property lists of Apple systems.

summary: property lists in binary; leaves by path a.b[0]
specification: CFBinaryPList.c of CoreFoundation (comment at its head)

The table that says where the objects stand is at the end: a cut-off list cannot be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._records import Leaves, Records
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_MAGIC = b"bplist0"
_TRAILER = 32  # bytes: unused, sizes of offsets and references, counts, top object, place of the table
_INTEGER, _REAL, _DATE, _DATA, _ASCII, _UTF16, _ARRAY, _SET, _DICT = 1, 2, 3, 4, 5, 6, 10, 12, 13
_FORMS = {1: ">B", 2: ">H", 4: ">I", 8: ">q"}
_REALS = {4: ">f", 8: ">d"}
_VISITS_PER_LEAF = 4  # objects looked at for each child that may be given
_DEEPEST = 64


class Bplist(Records):
    """Texts and data are slices of the list, UTF-16 texts are given as UTF-8, numbers are written out."""

    name = "bplist"
    summary = "property lists in binary; leaves by path a.b[0]"
    specification = "CFBinaryPList.c of CoreFoundation"
    family: Family = "binary"
    order = 38
    begins = frozenset(_MAGIC[:1])

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of the data, if they are a list."""
        if data.startswith(_MAGIC):
            yield from self.unwrap(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of the whole data, in the order of their bytes.  Raises Malformed."""
        if not data.startswith(_MAGIC) or len(data) < 8 + _TRAILER:
            raise Malformed("no binary property list", at=0)
        objects = _Objects(data, limits)
        objects.walk()
        yield from sorted(objects.out.children, key=lambda child: child.start)


class _Objects:
    """The objects of one list, found by the table at its end."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        trailer = data[-_TRAILER:]
        self.data = data
        self.width, self.reference = trailer[6], trailer[7]
        self.count = int.from_bytes(trailer[8:16], "big")
        self.top = int.from_bytes(trailer[16:24], "big")
        self.table = int.from_bytes(trailer[24:], "big")
        end = len(data) - _TRAILER
        if not 0 < self.width <= 8 or not 0 < self.reference <= 8 or self.table > end:
            raise Malformed("a table of objects outside the property list", at=end)
        if self.count > (end - self.table) // self.width or self.top >= self.count:
            raise Malformed("a table of objects that is longer than the property list", at=end)
        self.out = Leaves(limits)
        self.given: set[int] = set()

    def place(self, number: int) -> int:
        """Say where an object stands; the end of the data where there is none."""
        if number >= self.count:
            return len(self.data)
        at = self.table + number * self.width
        return min(int.from_bytes(self.data[at : at + self.width], "big"), self.table)

    def walk(self) -> None:
        """Read from the top object down; an object that is referred to twice is given once."""
        waiting = [(self.top, "", 0)]
        for _ in range(self.out.limits.children * _VISITS_PER_LEAF):
            if not waiting or self.out.full:
                return
            number, path, depth = waiting.pop()
            if number in self.given or depth > _DEEPEST:
                continue
            self.given.add(number)
            at = self.place(number)
            kind, start, length = self.head(at)
            if kind in {_ARRAY, _SET}:
                inner = self.references(start, length)
                waiting += [(one, f"{path}[{n}]", depth + 1) for n, one in reversed(list(enumerate(inner)))]
            elif kind == _DICT:
                names = self.references(start, length)
                values = self.references(start + len(names) * self.reference, len(names))
                pairs = list(zip(names, values, strict=False))
                waiting += [(one, self.under(path, name), depth + 1) for name, one in reversed(pairs)]
            else:
                self.leaf(kind, start, length, path=path)

    def head(self, at: int) -> tuple[int, int, int]:
        """Read a type, the position of the contents and their length in bytes or items."""
        if at >= self.table:
            return 0, at, 0
        kind, low = self.data[at] >> 4, self.data[at] & 15
        if kind in {_INTEGER, _REAL, _DATE}:
            return kind, at + 1, 1 << min(low, 5)
        if low != 15:
            return kind, at + 1, low
        width = 1 << min(self.data[at + 1] & 15, 3)
        return kind, at + 2 + width, int.from_bytes(self.data[at + 2 : at + 2 + width], "big")

    def references(self, start: int, count: int) -> list[int]:
        """Read the numbers of the objects of a container."""
        width = self.reference
        count = min(count, max(0, (self.table - start) // width), self.out.limits.children)
        return [
            int.from_bytes(self.data[at : at + width], "big")
            for at in range(start, start + count * width, width)
        ]

    def under(self, path: str, number: int) -> str:
        """Give the path of a value by the object that names it."""
        kind, start, length = self.head(self.place(number))
        if kind == _ASCII:
            name = self.data[start : start + min(length, 256)].decode("ascii", "replace")
        elif kind == _UTF16:
            name = self.data[start : start + 2 * min(length, 256)].decode("utf-16-be", "replace")
        else:
            name = f"#{number}"
        path = path[-120:]
        return f"{path}.{name}" if path else name

    def leaf(self, kind: int, start: int, length: int, *, path: str) -> None:
        """Take a text, data or a number."""
        end = start + (2 * length if kind == _UTF16 else length)
        if end > self.table or end == start:
            return
        if kind in {_ASCII, _DATA}:
            self.out.slice(self.data, start, end, path)
        elif kind == _UTF16:
            text = self.data[start:end].decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
            params = (("form", "utf-16-be"),)
            self.out.children.append(Child(data=text, start=start, end=end, path=path, params=params))
        elif kind == _INTEGER and length in _FORMS:
            self.out.number(self.data, (start, end), path, form=_FORMS[length])
        elif kind in {_REAL, _DATE} and length in _REALS:
            self.out.number(self.data, (start, end), path, form=_REALS[length])


encoding = Bplist()
