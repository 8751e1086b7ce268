"""Binary records: texts are slices of them, numbers are written out in decimal."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, ClassVar

from vitne.encodings._looks import readable
from vitne.encodings._proto_fields import written_varint
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import Limits

_WORD = (1 << 64) - 1
DEEPEST = 64  # records one inside the other
MOST_PATH = 120  # characters of a path that are kept
LEAST_TEXT = 4  # bytes of texts without which a record may be the chance reading of others
_STEPS_PER_LEAF = 4  # items read for each child that may be given
_CUT_TEXT = 24  # bytes of texts with which a record counts although it is cut off


def write(form: str, text: bytes) -> bytes:
    """Write a number in the form it was read from.

    A form is a code of ``struct``; ``minus:`` and such a code for -1 - n (CBOR); ``cbor:`` and the major type
    for a number in the first byte; ``big:`` and a length for a signed integer; ``varint`` and ``zigzag``;
    ``utf-16-be`` for a text.
    """
    if form == "utf-16-be":
        return text.decode("utf-8", "surrogatepass").encode(form, "surrogatepass")
    kind, _, rest = form.partition(":")
    if not rest and form[-1:] in "efd":
        return struct.pack(form, float(text))
    value = int(text)
    if kind == "minus":
        return struct.pack(rest, -1 - value)
    if kind == "cbor":
        return bytes((int(rest) << 5 | (value if rest == "0" else -1 - value),))
    if kind == "big":
        return value.to_bytes(int(rest), "big", signed=True)
    if kind == "zigzag":
        return written_varint((value << 1 ^ value >> 63) & _WORD)
    return written_varint(value & _WORD) if kind == "varint" else struct.pack(form, value)


class Leaves:
    """The leaves of one record, in the order of their bytes."""

    __slots__ = ("children", "end", "limits", "texts", "whole", "why")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.children: list[Child] = []
        self.texts = 0  # bytes of texts, names among them, that chance does not write
        self.end = 0  # position behind the last item that was read
        self.whole = False  # the record was read to its end
        self.why = ""  # what does not fit, where something does not

    @property
    def full(self) -> bool:
        """Say whether no more leaves may be given."""
        return len(self.children) >= self.limits.children

    def slice(self, data: bytes, start: int, end: int, path: str) -> None:
        """Take a text or bytes that stand in the data."""
        if end > start and not self.full:
            self.children.append(Child(data=data[start:end], start=start, end=end, path=path))

    def named(self, text: bytes) -> None:
        """Count a text that speaks for the record."""
        if len(text) >= 2 and readable(text):
            self.texts += len(text)

    def number(self, data: bytes, span: tuple[int, int], path: str, *, form: str) -> None:
        """Take a number in a form of ``struct``; NaN and what has other writings are left out."""
        value = struct.unpack(form, data[span[0] : span[1]])[0]
        if isinstance(value, int) or math.isfinite(value):
            self.written(value, span, path, form=form)

    def written(self, value: float, span: tuple[int, int], path: str, *, form: str) -> None:
        """Take a number that was read."""
        if not self.full:
            text = repr(value).encode()
            params = (("form", form),)
            self.children.append(Child(data=text, start=span[0], end=span[1], path=path, params=params))

    def worth(self, size: int) -> bool:
        """Say whether chance is ruled out for the whole data: read to the end, or cut off behind texts."""
        if self.whole or self.full:
            return (self.full or self.end == size) and self.texts >= LEAST_TEXT
        return not self.why and self.texts >= _CUT_TEXT and len(self.children) >= 3

    def given(self) -> list[Child]:
        """Give the children, each told to be cut off where the record is."""
        if self.whole:
            return self.children
        return [
            Child(
                data=one.data, start=one.start, end=one.end, path=one.path, params=one.params, complete=False
            )
            for one in self.children
        ]


class Records:
    """The inverse and the places of leaves of binary records."""

    readable = False
    exact = True

    def wrap(self, child: Child) -> bytes:
        """Write the value again: the bytes of a text, a number in its form."""
        return write(dict(child.params)["form"], child.data) if child.params else child.data

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of a text stand; of a number, all its bytes."""
        del data
        return (child.start, child.end) if child.params else (child.start + start, child.start + end)


class Way:
    """Where a reader stands in nested maps and lists: no recursion, paths a.b[0].c."""

    __slots__ = ("_stack",)

    def __init__(self) -> None:
        # per open container: path, items left (-1: until an end mark), index in a list or -1, name at hand
        self._stack: list[tuple[str, int, int, str | None]] = []

    @property
    def depth(self) -> int:
        """Give the number of open containers."""
        return len(self._stack)

    def wants_name(self) -> bool:
        """Say whether the next item is the name of one."""
        return bool(self._stack) and self._stack[-1][2] < 0 and self._stack[-1][3] is None

    def name(self, name: str) -> None:
        """Take the name of the next item."""
        path, left, index, _ = self._stack[-1]
        self._stack[-1] = path, left, index, name[:256]

    def path(self) -> str:
        """Give the path of the item at hand."""
        if not self._stack:
            return ""
        prefix, _, index, name = self._stack[-1]
        if index >= 0:
            return f"{prefix}[{index}]"
        return f"{prefix}.{name}" if prefix else str(name)

    def open(self, left: int, *, named: bool) -> None:
        """Enter a container with so many items; those that are full already are left at once."""
        path = self.path()
        self.done()
        short = path if len(path) <= MOST_PATH else "..." + path[-MOST_PATH:]
        self._stack.append((short, left, -1 if named else 0, None))

    def done(self) -> None:
        """Take note that an item of the innermost container was read."""
        if self._stack:
            path, left, index, _ = self._stack[-1]
            self._stack[-1] = path, left - 1 if left > 0 else left, index + 1 if index >= 0 else -1, None

    def leave(self) -> None:
        """Leave the containers that are full."""
        while self._stack and self._stack[-1][1] == 0:
            self._stack.pop()

    def end_mark(self) -> bool:
        """Leave the innermost container, which has to have no count."""
        if not self._stack or self._stack[-1][1] >= 0:
            return False
        self._stack.pop()
        return True


class Items(Records):
    """Formats in which each item says by its first byte what it is: CBOR and MessagePack."""

    begins: ClassVar[frozenset[int]]  # first bytes of maps and lists that are looked for
    maps: ClassVar[frozenset[int]]  # first bytes of maps
    before: ClassVar[frozenset[int]] = frozenset()  # first bytes of what stands before an item and is none
    missing: ClassVar[str]  # what is wrong with data that are no item

    def item(self, data: bytes, at: int, out: Leaves, way: Way) -> int:
        """Read one item: the position behind it, -1 where it is none, beyond the data where it is cut off."""
        raise NotImplementedError

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of data that are maps or arrays to the last byte and hold texts."""
        if len(data) >= 8 and data[0] in self.begins:
            read = self._read(data, limits)
            if read.worth(len(data)) and (read.whole or read.full or self._follows(data, 0)):
                yield from read.given()

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of the whole data.  Raises Malformed where nothing can be read."""
        read = self._read(data, limits)
        if not read.children and not read.whole:
            raise Malformed(read.why or self.missing, at=read.end)
        yield from read.given()

    def _read(self, data: bytes, limits: Limits) -> Leaves:
        out, way = Leaves(limits), Way()
        awaited = False  # what was read last has to have an item behind it
        for _ in range(limits.children * _STEPS_PER_LEAF):
            if out.end == len(data):
                out.whole = way.depth == 0 and not awaited and len(data) > 0
                return out
            if out.full:
                return out
            if way.depth == 0 and out.end and not awaited and not self._follows(data, out.end):
                out.why = "bytes behind the record"
                return out
            awaited = data[out.end] in self.before
            end = self.item(data, out.end, out, way)
            if end < 0 or end > len(data):
                out.why = "" if end > len(data) else self.missing
                return out
            out.end = end
            way.leave()
        return out

    def _follows(self, data: bytes, at: int) -> bool:
        """Say whether another record may follow: only a map after a map."""
        return data[0] in self.maps and data[at] in self.maps


def text_item(data: bytes, span: tuple[int, int], out: Leaves, way: Way) -> int:
    """Take a text or bytes as the name of the next item or as a leaf; give the position behind them."""
    if span[1] > len(data):
        return span[1]
    text = data[span[0] : span[1]]
    out.named(text)
    if way.wants_name():
        way.name(text[:256].decode("utf-8", "replace"))
    else:
        out.slice(data, *span, way.path())
        way.done()
    return span[1]
