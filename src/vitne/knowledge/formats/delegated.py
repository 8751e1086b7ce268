"""Statistics of the five regional registries: which country an address block was allocated or assigned to.

summary: registry|country|ipv4 or ipv6|first|size|date|status, with a version line and summary lines before
specification: the exchange format of the Number Resource Organization, version 2 and 2.3
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from vitne.knowledge.formats import Table
from vitne.knowledge.ranges import build
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

_REGISTRIES = {"afrinic", "apnic", "arin", "iana", "lacnic", "ripencc", "nro"}
_HELD = {"allocated", "assigned"}


class Delegated:
    """The file «delegated-…-latest» and «delegated-…-extended-latest» of a registry."""

    name = "delegated"

    def fits(self, name: str, head: bytes) -> bool:
        """Look for the version line: 2|registry|serial|…."""
        del name
        for line in head.split(b"\n")[:200]:
            if line and not line.startswith(b"#"):
                cells = line.decode("latin-1").split("|")
                return len(cells) >= 6 and cells[0].startswith("2") and cells[1].lower() in _REGISTRIES
        return False

    def read(self, name: str, data: bytes) -> Table:
        """Read all records of addresses; raises Malformed."""
        del name
        lines = data.decode("latin-1").splitlines()
        content, faults = build(_rows(lines))
        return Table(about="country", content=content, faults=faults, date=_date(lines))


def _rows(lines: list[str]) -> Iterator[tuple[bytes, bytes, str]]:
    for number, line in enumerate(lines, 1):
        cells = line.split("|")
        if line.startswith("#") or len(cells) < 7 or cells[2] not in {"ipv4", "ipv6"}:
            continue
        if cells[6].strip() not in _HELD or len(cells[1]) != 2:
            continue
        try:
            first = ipaddress.ip_address(cells[3])
            size = int(cells[4]) if first.version == 4 else 1 << (128 - int(cells[4]))
            last = int(first) + size - 1
            yield first.packed, last.to_bytes(len(first.packed), "big"), cells[1].upper()
        except (ValueError, OverflowError) as error:
            raise Malformed(f"line {number} is no record of addresses") from error


def _date(lines: list[str]) -> str:
    """Give the end date of the version line as ISO, "" where it has none."""
    for line in lines[:200]:
        cells = line.split("|")
        if cells[0].startswith("2") and len(cells) >= 6 and len(cells[5]) == 8 and cells[5].isdigit():
            return f"{cells[5][:4]}-{cells[5][4:6]}-{cells[5][6:]}"
    return ""


form = Delegated()
