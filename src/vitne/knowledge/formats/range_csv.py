"""Ranges of addresses with a country or a network, one a line.

summary: first,last,country or first,last,number of the network,name; addresses as text or as numbers
specification: the layout that the ip-location-db packages describe in their README; RFC 4180 for quoting
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from vitne.knowledge.formats import Table
from vitne.knowledge.ranges import build, packed_address
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(rb'^"?([0-9a-fA-F:.]{1,45})"?,"?([0-9a-fA-F:.]{1,45})"?,"?([A-Za-z]{2}|[0-9]{1,10}\b)')
_LONGEST = 300


class RangeCsv:
    """Comma separated, quoted where needed, with Unix or Windows ends of line; IPv4 and IPv6 may be mixed."""

    name = "range-csv"

    def fits(self, name: str, head: bytes) -> bool:
        """Look at the first line."""
        del name
        return _LINE.match(head) is not None

    def read(self, name: str, data: bytes) -> Table:
        """Read all lines; raises Malformed with the number of the line that is none."""
        wide = "ipv6" in name.lower()
        first = _LINE.match(data)
        about = "country" if first is not None and first[3].isalpha() else "network"
        content, faults = build(_rows(data, wide=wide))
        return Table(about=about, content=content, faults=faults)


def _rows(data: bytes, *, wide: bool) -> Iterator[tuple[bytes, bytes, str]]:
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
        for number, cells in enumerate(lines, 1):
            if len(cells) < 3:
                if not cells:
                    continue
                raise Malformed(f"line {number} has fewer than three columns")
            first, last = (_address(cell, number, wide=wide) for cell in cells[:2])
            yield first, last, _text(cells[2:])
    except (csv.Error, UnicodeDecodeError) as error:
        raise Malformed("this is no comma separated table in UTF-8") from error


def _text(cells: list[str]) -> str:
    if cells[0].isdigit() and len(cells[0]) <= 10:
        return f"AS{cells[0]} {','.join(cells[1:])[:_LONGEST]}".rstrip()
    return cells[0].strip().upper()[:_LONGEST]


def _address(cell: str, number: int, *, wide: bool) -> bytes:
    if cell.isascii() and cell.isdigit() and len(cell) < 40:
        value = int(cell)
        size = 16 if wide or value > 0xFFFFFFFF else 4
        if value < 1 << (8 * size):
            return value.to_bytes(size, "big")
    packed = packed_address(cell)
    if not packed:
        raise Malformed(f"line {number} begins with no address")
    return packed


form = RangeCsv()
