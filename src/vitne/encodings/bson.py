"""BSON.

summary: documents of typed elements; leaves by path a.b.0
specification: BSON 1.1 (bsonspec.org)

A document says its length, so that a cut-off one is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._records import DEEPEST, Leaves, Records
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Child, Limits

_NUMBERS = {0x01: "<d", 0x10: "<i", 0x12: "<q", 0x09: "<q", 0x11: "<Q"}
_EMPTY = frozenset({0x06, 0x0A, 0xFF, 0x7F})  # undefined, null, lowest and highest key
_TEXTS = frozenset({0x02, 0x0D, 0x0E})  # text, code, symbol: length, bytes, NUL
_DOCUMENTS = frozenset({0x03, 0x04})
_BINARY, _OBJECT_ID, _BOOLEAN, _PATTERN, _DECIMAL = 0x05, 0x07, 0x08, 0x0B, 0x13


class Bson(Records):
    """Texts and bytes are slices of the document, numbers are written out."""

    name = "bson"
    summary = "documents of typed elements; leaves by path a.b.0"
    specification = "BSON 1.1"
    family: Family = "binary"
    order = 45
    ends = frozenset({0})

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of data that are one document to the last byte and hold names."""
        if len(data) >= 12 and int.from_bytes(data[:4], "little") == len(data) and data[-1] == 0:
            read = _read(data, limits)
            if read.worth(len(data)):
                yield from read.given()

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of the whole data.  Raises Malformed where nothing can be read."""
        read = _read(data, limits)
        if not read.children and not read.whole:
            raise Malformed(read.why or "no BSON document", at=read.end)
        yield from read.given()


def _read(data: bytes, limits: Limits) -> Leaves:
    out = Leaves(limits)
    if len(data) < 5:
        return out
    ends, paths = [int.from_bytes(data[:4], "little")], [""]
    position = 4
    while ends and position < len(data) and not out.full:
        if data[position] == 0:
            if position + 1 != ends[-1]:
                out.why = "a document of another length than it says"
                return out
            ends.pop()
            paths.pop()
            position += 1
        else:
            position = _element(data, position, out, (ends, paths))
            if position < 0:
                return out
        out.end = position
    out.whole = not ends
    return out


def _element(data: bytes, at: int, out: Leaves, way: tuple[list[int], list[str]]) -> int:
    """Read a type, a name and a value: the position behind them, -1 where they do not fit or are cut off."""
    ends, paths = way
    kind, stop = data[at], data.find(b"\x00", at + 1, at + 1025)
    if stop < 0 or (
        kind not in _SIZES and kind not in _EMPTY and kind not in _DOCUMENTS and kind not in _TEXTS
    ):
        out.why = "no element" if at + 1025 < len(data) or stop >= 0 else ""
        return -1
    name = data[at + 1 : stop]
    out.named(name)
    path = f"{paths[-1]}.{name.decode('utf-8', 'replace')}" if paths[-1] else name.decode("utf-8", "replace")
    start = stop + 1
    if kind in _DOCUMENTS:
        end = start + int.from_bytes(data[start : start + 4], "little")
        if end > ends[-1] - 1 or end < start + 5 or len(ends) >= DEEPEST:
            out.why = "a document longer than the one around it"
            return -1
        ends.append(end)
        paths.append(path[-120:])
        return start + 4
    start, end = _value(data, start, kind)
    if end < 0 or end > min(ends[-1] - 1, len(data)):
        out.why = "" if end > len(data) and end <= ends[-1] - 1 else "a value longer than its document"
        return -1
    if kind in _NUMBERS:
        out.number(data, (start, end), path, form=_NUMBERS[kind])
    elif kind in _TEXTS:
        out.slice(data, start, end - 1, path)
    elif kind == _BINARY:
        out.slice(data, start, end, path)
    return end


def _value(data: bytes, start: int, kind: int) -> tuple[int, int]:
    """Give the range of a value, without its length; (0, -1) where it has none."""
    if kind in _EMPTY:
        return start, start
    if kind in _TEXTS or kind == _BINARY:
        length = int.from_bytes(data[start : start + 4], "little")
        start += 5 if kind == _BINARY else 4
        fits = kind == _BINARY or (length > 0 and data[start + length - 1 : start + length] in {b"\x00", b""})
        return (start, start + length) if fits else (0, -1)
    if kind == _PATTERN:
        middle = data.find(b"\x00", start)
        stop = data.find(b"\x00", middle + 1) if middle >= 0 else -1
        return (start, stop + 1) if stop >= 0 else (0, -1)
    return start, start + _SIZES[kind]


_SIZES = {
    **{kind: 4 if form == "<i" else 8 for kind, form in _NUMBERS.items()},
    _BINARY: 0, _OBJECT_ID: 12, _BOOLEAN: 1, _PATTERN: 0, _DECIMAL: 16,
}  # fmt: skip

encoding = Bson()
