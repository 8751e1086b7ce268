"""Ranges of addresses with network, country and name, separated by tabs.

summary: first, last, number of the network, country, name
specification: the layout that iptoasn tables have: five columns, addresses as text, network 0 for not routed
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.knowledge.formats import Table
from vitne.knowledge.ranges import build, packed_address
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(rb"^[0-9a-fA-F:.]{2,45}\t[0-9a-fA-F:.]{2,45}\t[0-9]{1,10}\t")


class NetworkTsv:
    """Networks; the country column is of the network's registration, not of the address, and is left out."""

    name = "network-tsv"

    def fits(self, name: str, head: bytes) -> bool:
        """Look at the first line."""
        del name
        return _LINE.match(head) is not None

    def read(self, name: str, data: bytes) -> Table:
        """Read all lines; raises Malformed."""
        del name
        try:
            lines = data.decode("utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise Malformed("this is no text in UTF-8") from error
        content, faults = build(_rows(lines))
        return Table(about="network", content=content, faults=faults)


def _rows(lines: list[str]) -> Iterator[tuple[bytes, bytes, str]]:
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if len(cells) < 5 or not cells[2].isdigit():
            raise Malformed(f"line {number} has not five columns")
        if cells[2] == "0":
            continue
        first, last = packed_address(cells[0]), packed_address(cells[1])
        if not first or not last:
            raise Malformed(f"line {number} begins with no address")
        yield first, last, f"AS{cells[2][:10]} {cells[4][:300]}".rstrip()


form = NetworkTsv()
