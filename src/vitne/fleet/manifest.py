"""The manifest of a fleet: which captures there are, and what is known of the device behind each.

A folder is every capture in it.  A table (CSV, or TSV by its name) has a column ``capture``, a path or a
pattern that counts from the table's own folder, and any further columns: model, build, market, batch, SIM,
place, date.  A column ``device`` names the handset where several captures belong to one.
"""

from __future__ import annotations

import csv
import glob
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vitne.model import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 1_000_000
MOST_CELL = 1000
_OWN = ("capture", "device")


class Handset(msgspec.Struct, frozen=True, kw_only=True):
    """One capture of one device, and what is known of the device."""

    capture: str  # path
    device: str  # name of the device: of the table, else the capture's own
    attributes: tuple[tuple[str, str], ...]  # column and value, in the order of the table


def read_manifest(word: str) -> list[Handset]:
    """Read a folder, a pattern or a table; raises UsageError where it names no capture."""
    place = Path(word)
    if place.is_dir():
        found = [_plain(each) for each in sorted(place.rglob("*")) if _capture(each)]
    elif place.is_file() and place.suffix.lower() in {".csv", ".tsv"}:
        found = list(_table(place))
    else:
        names = [Path(each) for each in sorted(glob.glob(word, recursive=True))]  # noqa: PTH207
        found = [_plain(each) for each in names if _capture(each)]
    if not found:
        raise UsageError(
            "no capture is named there",
            where=word,
            expected="a folder of captures, a pattern in quotes, or a table (.csv, .tsv) of them",
        )
    return found


def _plain(place: Path) -> Handset:
    return Handset(capture=str(place), device=place.name, attributes=())


def _capture(place: Path) -> bool:
    from vitne.pipeline.inputs import is_input

    return place.is_file() and not place.name.startswith(".") and is_input(place)


def _table(place: Path) -> Iterator[Handset]:
    """Read a table row by row."""
    dialect = "excel-tab" if place.suffix.lower() == ".tsv" else "excel"
    try:
        with place.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream, dialect=dialect)
            columns = [name or "" for name in rows.fieldnames or ()]
            if "capture" not in columns or len(set(columns)) != len(columns) or "" in columns:
                raise UsageError(
                    "the table's first row does not name its columns",
                    where=str(place),
                    expected="a column capture, and every column named once",
                )
            for number, row in enumerate(rows, 2):
                if number > MOST_ROWS:
                    raise UsageError(f"the table has more than {MOST_ROWS} rows", where=str(place))
                yield from _row(place, number, row, columns)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"the table cannot be read ({type(error).__name__})",
            where=str(place),
            expected="a table in UTF-8",
        ) from error


def _row(
    place: Path, number: int, row: dict[str | None, str | None], columns: list[str]
) -> Iterator[Handset]:
    capture = (row.get("capture") or "").strip()
    if not capture or None in row or any(row.get(name) is None for name in columns):
        raise UsageError(
            f"line {number} has no capture, or another number of columns",
            where=str(place),
            expected=", ".join(columns),
        )
    attributes = tuple((name, (row[name] or "").strip()[:MOST_CELL]) for name in columns if name not in _OWN)
    path = place.parent / capture
    names = [str(path)]
    if not path.exists() and glob.has_magic(capture):
        names = sorted(glob.glob(str(path), recursive=True)) or names  # noqa: PTH207
    for name in names:
        device = (row.get("device") or "").strip() or Path(name).name
        yield Handset(capture=name, device=device[:MOST_CELL], attributes=attributes)
