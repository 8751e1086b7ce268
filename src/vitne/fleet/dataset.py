"""The fleet as one Parquet dataset, partitioned as DuckDB, Arrow and pandas read it (hive: ``build=9.99Z/``).

``handsets.parquet`` has a row per capture with all columns of the table; ``unreadable.parquet`` what could
not be read, per capture and recipient; ``sendings/`` a row per capture, recipient, identifier, field and
protection.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from vitne.fleet.results import Sending
from vitne.intake.received import written
from vitne.model import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitne.fleet.manifest import Handset
    from vitne.fleet.results import CaptureResult

_NUMBERS = {
    "messages": "int64",
    "first_s": "float64",
    "packets": "int64",
    "seconds": "float64",
    "bytes": "int64",
}
_MOST_PARTS = 1000
_LONGEST_PART = 240
"""Characters of the name of a part: with longer ones all stands in one file."""


_RESERVED = frozenset(
    {"device", "capture", "sha256", "state", "error", "packets", "seconds", "bytes"}
    | set(Sending.__struct_fields__)
)
"""Columns of our own: a table's column of such a name, in any case, is called ``table_`` and its name."""


def named(columns: Sequence[str]) -> dict[str, str]:
    """Give the name in the dataset of each column of the table; no two are alike in lower case."""
    out: dict[str, str] = {}
    taken: set[str] = set(_RESERVED)
    for column in columns:
        name, number = (f"table_{column}" if column.lower() in _RESERVED else column), 2
        while name.lower() in taken:
            name, number = f"{column}_{number}", number + 1
        taken.add(name.lower())
        out[column] = name
    return out


def partition_of(handsets: Sequence[Handset], asked: str | None) -> str:
    """Give the column that the dataset is parted by: as asked, else ``build`` where there is one, else ""."""
    columns = {name for each in handsets for name, _ in each.attributes}
    if asked is not None:
        return asked if asked in columns else ""
    return next((name for name in sorted(columns) if name.lower() == "build"), "")


def write_dataset(
    folder: Path, handsets: Sequence[Handset], results: Mapping[str, CaptureResult], *, partition: str = ""
) -> Path:
    """Write ``folder/dataset`` as a whole, in place of what was there; raises StoreError."""
    place = folder / "dataset"
    try:
        fresh = Path(tempfile.mkdtemp(prefix=".dataset-unfinished-", dir=folder))
        try:
            _fill(fresh, handsets, results, partition)
            if place.exists():
                shutil.rmtree(place)
            fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        what = f"the dataset cannot be written: {error.strerror}"
        raise StoreError(
            what, where=str(folder), next_step="make room, or choose another with --out"
        ) from error
    return place


def _fill(
    folder: Path, handsets: Sequence[Handset], results: Mapping[str, CaptureResult], partition: str
) -> None:
    columns = named(list(dict.fromkeys(name for each in handsets for name, _ in each.attributes)))
    rows: list[dict[str, Any]] = []
    dark: list[dict[str, Any]] = []
    sent: dict[str, list[dict[str, Any]]] = {}
    for each in handsets:
        result, own = results[each.capture], dict(each.attributes)
        told = {"device": each.device, "capture": written(Path(each.capture).name), "sha256": result.sha256}
        rows.append(
            {
                **told,
                **{name: own.get(column, "") for column, name in columns.items()},
                "state": result.state,
                "error": result.error,
                "packets": result.packets,
                "seconds": result.seconds,
            }
        )
        dark += [
            {**told, "recipient": name, "bytes": length} for name, length in sorted(result.unreadable.items())
        ]
        sent.setdefault(own.get(partition, "") if partition else "", []).extend(
            {**told, **msgspec.to_builtins(sending)} for sending in result.sendings
        )
    _write(
        folder / "handsets.parquet",
        rows,
        [*told_names(), *columns.values(), "state", "error", "packets", "seconds"],
    )
    _write(folder / "unreadable.parquet", dark, [*told_names(), "recipient", "bytes"])
    names = [*told_names(), *Sending.__struct_fields__]
    places = {value: _part(columns.get(partition, ""), value) for value in sorted(sent)}
    parts = len(places) <= _MOST_PARTS and max(map(len, places.values()), default=0) <= _LONGEST_PART
    for value, part in places.items() if parts else ():
        _write(folder / "sendings" / part / "part-0.parquet", sent[value], names)
    if not parts:
        _write(folder / "sendings" / "part-0.parquet", [row for some in sent.values() for row in some], names)


def _part(column: str, value: str) -> str:
    """Give the folder of one part, as hive names them."""
    if not column:
        return ""
    return f"{quote(column, safe='')}={quote(value, safe='') or '__HIVE_DEFAULT_PARTITION__'}"


def told_names() -> tuple[str, ...]:
    """Give the columns that say which capture a row is of."""
    return "device", "capture", "sha256"


def _write(place: Path, rows: list[dict[str, Any]], names: list[str]) -> None:
    """Write rows of texts and numbers as one Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    place.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(names))
    schema = pa.schema([(name, _NUMBERS.get(name, "string")) for name in columns])
    arrays = [pa.array([row.get(name) for row in rows], type=schema.field(name).type) for name in columns]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), place, compression="zstd", version="2.6")
