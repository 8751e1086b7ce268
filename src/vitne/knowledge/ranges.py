"""Ranges of addresses and what a table says of each: a million look-ups a second, none of them a guess.

An address lies in a range or in none; ranges of one family do not overlap.  IPv4 starts are numbers, IPv6
starts are 16 bytes in network order, so that one binary search a family answers for a whole array.
"""

from __future__ import annotations

import ipaddress
import socket
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

NOWHERE = -1
"""Row of an address that lies in no range."""
_WIDE = "S16"
"""Sixteen bytes; NumPy drops zeros at the end and fills them up in comparisons, so the order stays."""


class Addresses:
    """Textual addresses read once, for several tables."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        packed = [packed_address(text) for text in texts]
        self.where_v4 = [place for place, each in enumerate(packed) if len(each) == 4]
        self.where_v6 = [place for place, each in enumerate(packed) if len(each) == 16]
        four = b"".join([packed[place] for place in self.where_v4])
        self.v4 = np.frombuffer(four, dtype=">u4").astype(np.uint32)
        self.v6 = np.frombuffer(b"".join([packed[place] for place in self.where_v6]), dtype=_WIDE)


class Ranges:
    """Columns of one table: where ranges begin and end, and the row of the text that stands for each."""

    def __init__(
        self, values: Sequence[str], v4: tuple[Any, ...], v6: tuple[Any, ...] | Callable[[], tuple[Any, ...]]
    ) -> None:
        """Put columns together; those of IPv6 may be made when they are first asked for: few scans do."""
        self.values = values
        self.v4_start, self.v4_end, self.v4_code = v4
        self._v6 = v6

    @cached_property
    def _six(self) -> tuple[Any, ...]:
        return self._v6() if callable(self._v6) else self._v6

    @property
    def v6_start(self) -> Any:
        """Give the first addresses of IPv6, 16 bytes each."""
        return self._six[0]

    @property
    def v6_end(self) -> Any:
        """Give the last addresses of IPv6, 16 bytes each."""
        return self._six[1]

    @property
    def v6_code(self) -> Any:
        """Give the rows of the texts of IPv6."""
        return self._six[2]

    def __len__(self) -> int:
        return len(self.v4_start) + len(self.v6_start)

    def rows_v4(self, addresses: npt.NDArray[np.uint32]) -> Rows:
        """Give for each IPv4 address (as number) the row of its text, ``NOWHERE`` without one."""
        if not len(self.v4_start):
            return np.full(len(addresses), NOWHERE, dtype=np.int64)
        at = np.searchsorted(self.v4_start, addresses, side="right") - 1
        inside = (at >= 0) & (addresses <= self.v4_end[np.maximum(at, 0)])
        return np.where(inside, self.v4_code[np.maximum(at, 0)].astype(np.int64), NOWHERE)

    def rows_v6(self, addresses: npt.NDArray[np.bytes_]) -> Rows:
        """Give for each IPv6 address (16 bytes, network order) the row of its text."""
        if not len(self.v6_start):
            return np.full(len(addresses), NOWHERE, dtype=np.int64)
        at = np.searchsorted(self.v6_start, addresses, side="right") - 1
        inside = (at >= 0) & (addresses <= self.v6_end[np.maximum(at, 0)])
        return np.where(inside, self.v6_code[np.maximum(at, 0)].astype(np.int64), NOWHERE)

    def rows(self, addresses: Sequence[str] | Addresses) -> Rows:
        """Give the rows of textual addresses of both families; text that is no address lies nowhere."""
        told = addresses if isinstance(addresses, Addresses) else Addresses(addresses)
        out = np.full(told.count, NOWHERE, dtype=np.int64)
        if len(told.v4):
            out[told.where_v4] = self.rows_v4(told.v4)
        if len(told.v6):
            out[told.where_v6] = self.rows_v6(told.v6)
        return out

    def texts(self, addresses: Sequence[str]) -> list[str]:
        """Give what the table says of each address, "" where it says nothing."""
        return ["" if row < 0 else self.values[row] for row in self.rows(addresses).tolist()]

    def range_of(self, address: str) -> str:
        """Give the range an address lies in as «first - last», "" for none."""
        packed = packed_address(address)
        if len(packed) == 4 and len(self.v4_start):
            number = int.from_bytes(packed, "big")
            at = int(np.searchsorted(self.v4_start, np.uint32(number), side="right")) - 1
            if at >= 0 and number <= int(self.v4_end[at]):
                ends = (int(self.v4_start[at]), int(self.v4_end[at]))
                return " - ".join(str(ipaddress.IPv4Address(end)) for end in ends)
        if len(packed) == 16 and len(self.v6_start):
            at = int(np.searchsorted(self.v6_start, np.array([packed], dtype=_WIDE), side="right")[0]) - 1
            if at >= 0 and packed <= bytes(self.v6_end[at]).ljust(16, b"\0"):
                ends6 = (bytes(self.v6_start[at]).ljust(16, b"\0"), bytes(self.v6_end[at]).ljust(16, b"\0"))
                return " - ".join(str(ipaddress.IPv6Address(end)) for end in ends6)
        return ""


def packed_address(text: str) -> bytes:
    """Give the bytes of a textual address, b"" for text that is none (a scope behind % is dropped)."""
    try:
        if ":" in text:
            return socket.inet_pton(socket.AF_INET6, text.partition("%")[0])
        return socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):
        return b""


def build(rows: Iterable[tuple[bytes, bytes, str]]) -> tuple[Ranges, int]:
    """Build a table from (first, last, text), first and last as 4 or 16 bytes, in any order.

    Where ranges overlap the narrower one stands, as the more particular statement; the second result counts
    how many ranges lay inside or across another.  Raises Malformed where a range runs backwards.
    """
    codes: dict[str, int] = {}
    four: list[Row] = []
    six: list[Row] = []
    for first, last, text in rows:
        if len(first) != len(last) or last < first or len(first) not in {4, 16}:
            raise Malformed("a range of addresses ends before it begins")
        row = (int.from_bytes(first, "big"), int.from_bytes(last, "big"), codes.setdefault(text, len(codes)))
        (four if len(first) == 4 else six).append(row)
    flat4, over4 = flatten(four)
    flat6, over6 = flatten(six)
    v4 = tuple(np.array(column, dtype=np.uint32) for column in _across(flat4))
    starts, ends, texts = _across(flat6)
    v6 = (_words(starts), _words(ends), np.array(texts, dtype=np.uint32))
    return Ranges(list(codes), v4, v6), over4 + over6


Row = tuple[int, int, int]
"""First and last address as numbers, and the number of the text."""


def flatten(rows: list[Row]) -> tuple[list[Row], int]:
    """Cut ranges so that none overlaps, the narrower on top; give them in order, and how many overlapped."""
    rows.sort(key=lambda row: (row[0], -row[1]))
    out: list[Row] = []
    open_rows: list[Row] = []
    overlaps, at = 0, 0
    for row in rows:
        at = _close(open_rows, out, at, row[0])
        if open_rows:
            overlaps += 1
            _emit(out, at, row[0] - 1, open_rows[-1])
        at = row[0]
        open_rows.append(row)
        if len(open_rows) > 1 and open_rows[-2][1] < row[1]:  # across another: the narrower stays on top
            open_rows.sort(key=lambda one: one[0] - one[1])
    _close(open_rows, out, at, 1 << 128)
    return out, overlaps


def _close(open_rows: list[Row], out: list[Row], at: int, until: int) -> int:
    """Write out what lies before an address, innermost first; give how far the writing came."""
    while open_rows and open_rows[-1][1] < until:
        top = open_rows.pop()
        _emit(out, at, top[1], top)
        at = max(at, top[1] + 1)
    return at


def _emit(out: list[Row], first: int, last: int, row: Row) -> None:
    if first <= last:
        out.append((first, last, row[2]))


def _across(rows: list[Row]) -> tuple[list[int], list[int], list[int]]:
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _words(numbers: list[int]) -> npt.NDArray[np.bytes_]:
    return np.frombuffer(b"".join(number.to_bytes(16, "big") for number in numbers), dtype=_WIDE)


def joined(tables: Sequence[Ranges]) -> Ranges:
    """Put tables of different families into one; raises Malformed where two hold the same family."""
    codes: dict[str, int] = {}
    v4, v6 = (_nothing(np.uint32), _nothing(_WIDE))
    for table in tables:
        own = np.array([codes.setdefault(text, len(codes)) for text in table.values], dtype=np.uint32)
        if (len(table.v4_start) and len(v4[0])) or (len(table.v6_start) and len(v6[0])):
            raise Malformed("two tables tell of the same addresses")
        if len(table.v4_start):
            v4 = (table.v4_start, table.v4_end, own[table.v4_code])
        if len(table.v6_start):
            v6 = (table.v6_start, table.v6_end, own[table.v6_code])
    return Ranges(list(codes), v4, v6)


def _nothing(kind: Any) -> tuple[Any, Any, Any]:
    return np.zeros(0, dtype=kind), np.zeros(0, dtype=kind), np.zeros(0, dtype=np.uint32)
