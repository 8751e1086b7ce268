"""Tables of prefixes with a head line: device models by allocation code, makers by hardware address.

summary: columns are found by the names in the first line (tac, assignment, iin, mcc and mnc beside a name)
specification: RFC 4180; the head lines of the Osmocom TAC table and of the IEEE registration authority's CSV
"""

from __future__ import annotations

import csv
import io

from vitne.knowledge.formats import Table
from vitne.model import Malformed

_KINDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # column of the prefix -> what it is about, alphabet, columns of the text
    "tac": ("device-model", "0123456789", ("name", "manufacturer", "brand", "model", "marketing name")),
    "assignment": ("mac-vendor", "0123456789abcdef", ("organization name",)),
    "iin": ("card-issuer", "0123456789", ("country", "issuer", "company", "name")),
}


class PrefixCsv:
    """A table whose head line names a column of prefixes that is known."""

    name = "prefix-csv"

    def fits(self, name: str, head: bytes) -> bool:
        """Look at the head line; the TAC table has a line with its own version above it."""
        del name
        return _head(head.decode("utf-8", "replace").splitlines()[:3]) is not None

    def read(self, name: str, data: bytes) -> Table:
        """Read all lines; raises Malformed."""
        del name
        try:
            text = data.decode("utf-8-sig")
            found = _head(text.splitlines()[:3])
            if found is None:
                raise Malformed("no line names a column of prefixes that is known")
            skip, names = found
            lines = csv.reader(io.StringIO(text, newline=""), strict=True)
            rows = [row for row in lines if row][skip + 1 :]
        except (csv.Error, UnicodeDecodeError) as error:
            raise Malformed("this is no comma separated table in UTF-8") from error
        return _table(names, rows)


def _head(lines: list[str]) -> tuple[int, list[str]] | None:
    for number, line in enumerate(lines):
        names = [cell.strip().strip('"').lower() for cell in line.lstrip("\ufeff").split(",")]
        if any(name in _KINDS for name in names) and len(names) > 1:
            return number, names
    return None


def _table(names: list[str], rows: list[list[str]]) -> Table:
    key = next(name for name in names if name in _KINDS)
    about, alphabet, wanted = _KINDS[key]
    columns = [number for number, name in enumerate(names) if name in wanted]
    out: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        prefix = row[names.index(key)].strip().lower() if len(row) > names.index(key) else ""
        if not prefix or not set(prefix) <= set(alphabet) or len(prefix) > 16:
            raise Malformed(f"row {number} has no prefix")
        text = " ".join(" ".join(row[column].split()) for column in columns if column < len(row))
        out[prefix] = text[:200]
    return Table(about=about, content=out)


form = PrefixCsv()
