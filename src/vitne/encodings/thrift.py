"""Thrift in its compact and binary protocols, with or without a message around the struct.

summary: numbered fields of structs; leaves by numbers, like 1.2[0]
specification: Apache Thrift, thrift-binary-protocol.md and thrift-compact-protocol.md

Leaves of a cut-off struct are told to be cut off.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from vitne.encodings._proto_fields import varint
from vitne.encodings._records import Leaves, Records
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Child, Limits

_DEEPEST = 24  # structs and containers one inside the other
_STEPS_PER_LEAF = 4  # values read for each child that may be given
_BINARY_VERSION, _COMPACT_VERSION = b"\x80\x01\x00", 0x82
_HIGHEST_FIELD = 1 << 12  # numbers above are not sensible


class _Cut(Exception):  # noqa: N818  (no error: the data end inside a value)
    """The data end inside a value."""


class _Wrong(Exception):  # noqa: N818  (no error: the bytes are something else)
    """The bytes are no Thrift."""


class Thrift(Records):
    """Texts are slices of the message, numbers are written out."""

    name = "thrift"
    summary = "numbered fields of structs; leaves by numbers, like 1.2[0]"
    specification = "Apache Thrift, thrift-binary-protocol.md and thrift-compact-protocol.md"
    family: Family = "binary"
    order = 52
    ends = frozenset({0})

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of data that are one struct to the last byte and hold texts."""
        if len(data) < 8 or data[-1] != 0:
            return
        for reader in _readers(data):
            read = reader(data, limits).whole_message()
            if read.whole and read.worth(len(data)) and read.texts * 8 >= len(data):
                yield from read.given()
                return

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of the whole data.  Raises Malformed where neither protocol can read them."""
        best: Leaves | None = None
        for reader in _readers(data):
            read = reader(data, limits).whole_message()
            if read.children and (best is None or (read.whole, read.end) > (best.whole, best.end)):
                best = read
        if best is None:
            raise Malformed("no Thrift struct", at=0)
        yield from best.given()


def _readers(data: bytes) -> tuple[type[_Binary], ...]:
    """Give the protocols that the first bytes allow, that of a message first."""
    if data.startswith(_BINARY_VERSION):
        return (_Binary,)
    if data[:1] == b"\x82" and data[1:2] and data[1] & 0x1F == 1:
        return (_Compact,)
    if data[:1] and 2 <= data[0] <= 15 and data[1:2] == b"\x00":
        return (_Binary, _Compact)
    return (_Compact,) if data[:1] and data[0] >> 4 and 1 <= data[0] & 15 <= 12 else ()


class _Binary:
    """The binary protocol: types and numbers of fields in full, lengths in four bytes."""

    bool_, byte, double, i16, i32, i64, text, record, mapping, set_, sequence = (
        2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15,
    )  # fmt: skip

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.at = 0
        self.out = Leaves(limits)
        self.steps = limits.children * _STEPS_PER_LEAF

    def whole_message(self) -> Leaves:
        """Read the message, or the struct without one."""
        out = self.out
        try:
            self.begin()
            self.struct("", 0)
        except _Wrong:
            out.why = "no Thrift struct"
        except _Cut:
            out.why = ""
        else:
            out.whole = self.at == len(self.data)
            out.why = "" if out.whole else "bytes behind the struct"
        out.end = self.at
        return out

    def begin(self) -> None:
        if self.data.startswith(_BINARY_VERSION):
            self.at = 4
            start, end = self.string()
            self.out.named(self.data[start:end])
            self.out.slice(self.data, start, end, "method")
            self.take(4)

    def take(self, length: int) -> int:
        """Step over so many bytes: where they begin."""
        at = self.at
        if length > len(self.data) - at:
            raise _Cut
        self.at = at + length
        return at

    def field(self, before: int) -> tuple[int, int]:
        """Read the type and number of the next field; type 0 ends the struct."""
        del before
        kind = self.data[self.take(1)]
        if kind == 0:
            return 0, 0
        at = self.take(2)
        return kind, int.from_bytes(self.data[at : at + 2], "big", signed=True)

    def string(self) -> tuple[int, int]:
        at = self.take(4)
        length = int.from_bytes(self.data[at : at + 4], "big")
        return self.take(length), self.at

    def size(self, kind: int) -> tuple[tuple[int, ...], int]:
        """Read the types of the items of a container and their count."""
        head = self.take(2 if kind == self.mapping else 1)
        kinds = tuple(self.data[head : self.at])
        at = self.take(4)
        return kinds, int.from_bytes(self.data[at : at + 4], "big")

    def number(self, kind: int, path: str) -> None:
        form = {self.byte: ">b", self.i16: ">h", self.i32: ">i", self.i64: ">q", self.double: ">d"}.get(kind)
        if form is None:
            raise _Wrong
        start = self.take(struct.calcsize(form))
        self.out.number(self.data, (start, self.at), path, form=form)

    def struct(self, prefix: str, depth: int) -> None:
        number = 0
        while True:
            kind, number = self.field(number)
            if kind == 0:
                return
            if not 0 < number < _HIGHEST_FIELD:
                raise _Wrong
            self.value(kind, f"{prefix}.{number}" if prefix else str(number), depth)

    def value(self, kind: int, path: str, depth: int) -> None:
        self.steps -= 1
        if self.steps < 0 or self.out.full or depth > _DEEPEST:
            raise _Cut
        if kind == self.text:
            start, end = self.string()
            self.out.named(self.data[start:end])
            self.out.slice(self.data, start, end, path)
        elif kind == self.record:
            self.struct(path[-120:], depth + 1)
        elif kind in {self.mapping, self.set_, self.sequence}:
            kinds, count = self.size(kind)
            if count > len(self.data) - self.at:
                raise _Wrong
            for number in range(count):
                for one in kinds:
                    self.value(one, f"{path[-120:]}[{number}]", depth + 1)
        elif kind == self.bool_:
            self.flag()
        else:
            self.number(kind, path)

    def flag(self) -> None:
        if self.data[self.take(1)] > 1:
            raise _Wrong


class _Compact(_Binary):
    """The compact protocol: numbers of fields as differences, lengths and integers as varints."""

    byte, i16, i32, i64, double, text, sequence, set_, mapping, record = 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
    bool_ = 1
    _in_field = False  # the flag at hand is in the type of its field

    def begin(self) -> None:
        if self.data[:1] == b"\x82":
            self.at = 2
            self.varint()
            start, end = self.string()
            self.out.slice(self.data, start, end, "method")

    def varint(self) -> int:
        read = varint(self.data, self.at)
        if read is None or read[0] >> 64 or (read[1] > self.at + 1 and not self.data[read[1] - 1]):
            raise _Cut  # cut off, or longer than anybody writes it
        self.at = read[1]
        return read[0]

    def field(self, before: int) -> tuple[int, int]:
        head = self.data[self.take(1)]
        if head == 0:
            return 0, 0
        kind, more = head & 15, head >> 4
        if not more:
            value = self.varint()
            number = value >> 1 ^ -(value & 1)
        else:
            number = before + more
        self._in_field = kind in {1, 2}
        return (self.bool_ if kind in {1, 2} else kind), number

    def string(self) -> tuple[int, int]:
        return self.take(self.varint()), self.at

    def size(self, kind: int) -> tuple[tuple[int, ...], int]:
        if kind == self.mapping:
            count = self.varint()
            kinds = self.data[self.take(1)] if count else 0x11
            return (kinds >> 4, kinds & 15), count
        head = self.data[self.take(1)]
        return (head & 15,), self.varint() if head >> 4 == 15 else head >> 4

    def number(self, kind: int, path: str) -> None:
        start = self.at
        if kind in {self.i16, self.i32, self.i64}:
            value = self.varint()
            self.out.written(value >> 1 ^ -(value & 1), (start, self.at), path, form="zigzag")
        elif kind == self.byte:
            self.out.number(self.data, (self.take(1), self.at), path, form=">b")
        elif kind == self.double:
            self.out.number(self.data, (self.take(8), self.at), path, form="<d")
        else:
            raise _Wrong

    def flag(self) -> None:
        if self._in_field:
            self._in_field = False
        elif self.data[self.take(1)] not in {0, 1, 2}:
            raise _Wrong


encoding = Thrift()
