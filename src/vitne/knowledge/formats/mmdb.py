"""Trees of addresses with a record each: country or network.

summary: a search tree over the bits of addresses, a section of records, and what the file says of itself
specification: MaxMind DB File Format Specification, version 2.0
"""

from __future__ import annotations

import datetime as dt
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.knowledge.formats import Table
from vitne.knowledge.ranges import build
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = b"\xab\xcd\xefMaxMind.com"
_TAIL = 128 << 10
"""Bytes at the end of a file within which its own description begins (section «Database Metadata»)."""
_GAP = 16
"""Zero bytes between the tree and the records."""
_DEEPEST, _LONGEST, _MEMBERS = 12, 4096, 4096
"""Bounds of one record: nesting, bytes of a text, members of a map."""
_MOST_RANGES = 16 << 20
_MOST_VALUES = 40_000_000
"""Bounds of one table: ranges, and values in its records."""
_FOUR = 96
"""Bits of zeros before an IPv4 address in a tree of IPv6 addresses."""
Span = tuple[bytes, bytes, str]


class MaxMindDb:
    """Country tables and network tables; of a table of cities the country is read."""

    name = "mmdb"

    def fits(self, name: str, head: bytes) -> bool:
        """Look at the name: what the file says of itself stands at its end."""
        del head
        return name.lower().endswith(".mmdb")

    def read(self, name: str, data: bytes) -> Table:
        """Read the whole tree; raises Malformed."""
        del name
        tree = _Tree(data)
        rows = list(_whole(tree.rows()))
        texts = {text for _, _, text in rows}
        networks = sum(text.startswith("AS") and text[2:3].isdigit() for text in texts)
        if not rows:
            raise Malformed("no record of this table names a country or a network")
        about = "network" if networks * 2 > len(texts) else "country"
        content, faults = build(row for row in rows if (row[2][2:3] != "") == (about == "network"))
        return Table(about=about, content=content, faults=faults, date=tree.date)


def _whole(spans: Iterator[Span]) -> Iterator[Span]:
    """Put ranges together that a tree had to cut: one behind the other, with one text."""
    held: Span | None = None
    for first, last, text in spans:
        if (
            held is not None
            and held[2] == text
            and int.from_bytes(held[1], "big") + 1 == int.from_bytes(first, "big")
        ):
            held = (held[0], last, text)
            continue
        if held is not None:
            yield held
        held = (first, last, text)
    if held is not None:
        yield held


class _Records:
    """The section of records, read with bounds."""

    def __init__(self, data: bytes, start: int) -> None:
        self.data, self.start = data, start
        self._steps = self.spent = 0

    def value(self, offset: int) -> Any:
        """Give what stands at an offset into the section; raises Malformed."""
        self.spent += self._steps
        self._steps = 0
        if offset < 0 or self.spent > _MOST_VALUES:
            raise Malformed("a record stands outside, or all of them are larger than any table's")
        return self._read(self.start + offset, _DEEPEST)[0]

    def _byte(self, at: int, count: int) -> bytes:
        if at < 0 or at + count > len(self.data):
            raise Malformed("a record is cut", at=at)
        return self.data[at : at + count]

    def _read(self, at: int, depth: int) -> tuple[Any, int]:
        self._steps += 1
        if depth < 0 or self._steps > _MEMBERS:
            raise Malformed("a record is nested deeper or is larger than any", at=at)
        control = self._byte(at, 1)[0]
        kind = control >> 5
        at += 1
        if kind == 1:
            where, at = self._pointer(control, at)
            if self._byte(self.start + where, 1)[0] >> 5 == 1:
                raise Malformed("a pointer leads to a pointer", at=at)
            return self._read(self.start + where, depth - 1)[0], at
        if kind == 0:
            kind = self._byte(at, 1)[0] + 7
            at += 1
        size, at = self._size(control, at)
        return self._plain(kind, size, at, depth)

    def _pointer(self, control: int, at: int) -> tuple[int, int]:
        width = (control >> 3 & 3) + 1
        number = int.from_bytes(self._byte(at, width), "big")
        if width < 4:
            number += (control & 7) << (8 * width)
        return number + (0, 2048, 526_336, 0)[width - 1], at + width

    def _size(self, control: int, at: int) -> tuple[int, int]:
        size = control & 31
        if size < 29:
            return size, at
        width = size - 28
        return (29, 285, 65_821)[width - 1] + int.from_bytes(self._byte(at, width), "big"), at + width

    def _plain(self, kind: int, size: int, at: int, depth: int) -> tuple[Any, int]:
        if kind in {7, 11}:
            return self._several(kind, size, at, depth)
        if kind == 14:
            return bool(size), at
        if kind not in {2, 3, 4, 5, 6, 8, 9, 10, 15} or size > _LONGEST:
            raise Malformed("a record has a value of no known type, or one longer than any", at=at)
        raw = self._byte(at, size)
        if kind == 2:
            return raw.decode("utf-8", "replace"), at + size
        if kind in {5, 6, 8, 9, 10}:
            return int.from_bytes(raw, "big"), at + size
        if kind == 3 and size == 8:
            return struct.unpack(">d", raw)[0], at + size
        return raw, at + size

    def _several(self, kind: int, size: int, at: int, depth: int) -> tuple[Any, int]:
        if size > _MEMBERS:
            raise Malformed("a record has more members than any", at=at)
        if kind == 11:
            rows = []
            for _ in range(size):
                row, at = self._read(at, depth - 1)
                rows.append(row)
            return rows, at
        out = {}
        for _ in range(size):
            key, at = self._read(at, depth - 1)
            value, at = self._read(at, depth - 1)
            if not isinstance(key, str):
                raise Malformed("a key of a record is no text", at=at)
            out[key] = value
        return out, at


class _Tree:
    """The tree, all its records as numbers, and the texts of what they lead to."""

    def __init__(self, data: bytes) -> None:
        told = _told(data)
        self.nodes, size, self.version = (
            _number(told, name) for name in ("node_count", "record_size", "ip_version")
        )
        if (
            size not in {24, 28, 32}
            or self.version not in {4, 6}
            or _number(told, "binary_format_major_version") != 2
        ):
            raise Malformed("this table is of a version that is not read")
        self.date = _date(told.get("build_epoch"))
        length = self.nodes * size // 4
        if not self.nodes or length + _GAP > len(data):
            raise Malformed("the tree of this table is cut")
        self.left, self.right = _columns(data[:length], size)
        self._records = _Records(data, length + _GAP)
        self._texts: dict[int, str] = {}

    def rows(self) -> Iterator[Span]:
        """Yield ranges with their texts; IPv4 comes as IPv4, and trees that repeat it are left out."""
        if self.version == 4:
            yield from self._below(0, 0, 0, 32)
            return
        root, depth = 0, 0
        while depth < _FOUR and root < self.nodes:
            root = self.left[root]
            depth += 1
        if depth == _FOUR and root < self.nodes:
            yield from self._below(root, 0, 0, 32)
        yield from self._below(0, 0, 0, 128, four=root if root < self.nodes else -1)

    def _below(self, root: int, prefix: int, depth: int, bits: int, *, four: int = -1) -> Iterator[Span]:
        """Go through a tree from its lowest address up; a tree that is larger than its nodes is refused."""
        count, steps, most = 0, 0, 4 * self.nodes + 1024
        todo = [(root, prefix, depth)]
        while todo:
            node, prefix, depth = todo.pop()
            steps += 1
            if node < self.nodes:
                if node == four and depth > 0:
                    continue
                if depth >= bits or steps > most:
                    raise Malformed("the tree of this table is deeper than addresses are long, or leads back")
                low = prefix | 1 << (bits - 1 - depth)
                todo.append((self.right[node], low, depth + 1))
                todo.append((self.left[node], prefix, depth + 1))
                continue
            text = self._text(node)
            if text:
                count += 1
                if count > _MOST_RANGES:
                    raise Malformed("this table has more ranges than any")
                last = prefix | (1 << (bits - depth)) - 1
                yield prefix.to_bytes(bits // 8, "big"), last.to_bytes(bits // 8, "big"), text

    def _text(self, record: int) -> str:
        if record == self.nodes:
            return ""
        if record not in self._texts:
            self._texts[record] = _said(self._records.value(record - self.nodes - _GAP))
        return self._texts[record]


def _columns(tree: bytes, size: int) -> tuple[list[int], list[int]]:
    """Give the two records of each node."""
    rows = np.frombuffer(tree, np.uint8).reshape(-1, size // 4).astype(np.int64)
    if size == 28:
        left = (rows[:, 3] >> 4 << 24) | rows[:, 0] << 16 | rows[:, 1] << 8 | rows[:, 2]
        right = ((rows[:, 3] & 15) << 24) | rows[:, 4] << 16 | rows[:, 5] << 8 | rows[:, 6]
        return left.tolist(), right.tolist()
    width = size // 8
    both = []
    for first in (0, width):
        number = np.zeros(len(rows), np.int64)
        for column in range(first, first + width):
            number = number << 8 | rows[:, column]
        both.append(number.tolist())
    return both[0], both[1]


def _told(data: bytes) -> dict[str, Any]:
    at = data.rfind(_MARK, max(0, len(data) - _TAIL))
    if at < 0:
        raise Malformed("the end of this file does not say that it is such a table")
    told = _Records(data, at + len(_MARK)).value(0)
    if not isinstance(told, dict):
        raise Malformed("what this file says of itself is no map", at=at)
    return told


def _number(told: dict[str, Any], name: str) -> int:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"this file does not tell its {name}")
    return value


def _date(epoch: Any) -> str:
    if isinstance(epoch, int) and not isinstance(epoch, bool) and 0 < epoch < 1 << 33:
        return dt.datetime.fromtimestamp(epoch, tz=dt.UTC).date().isoformat()
    return ""


def _said(record: Any) -> str:
    """Give country or network of a record, "" where it names neither.

    Read are the names in MaxMind's own tables, in those of ip-location-db, and in those of IPinfo.
    """
    if not isinstance(record, dict):
        return ""
    number = record.get("autonomous_system_number") or record.get("asn")
    if number:
        digits = str(number).upper().removeprefix("AS")
        name = (
            record.get("autonomous_system_organization") or record.get("as_name") or record.get("name") or ""
        )
        if digits.isascii() and digits.isdigit() and len(digits) <= 10:
            return " ".join(f"AS{digits} {name}".split())[:300]
    for place in (record.get("country"), record.get("registered_country"), record):
        code = place.get("iso_code") or place.get("country_code") if isinstance(place, dict) else place
        if isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha():
            return code.upper()
    return ""


form = MaxMindDb()
