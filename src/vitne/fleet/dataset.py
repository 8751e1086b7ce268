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
    columns = list(dict.fromkeys(name for each in handsets for name, _ in each.attributes))
    rows: list[dict[str, Any]] = []
    dark: list[dict[str, Any]] = []
    sent: dict[str, list[dict[str, Any]]] = {}
    for each in handsets:
        result, own = results[each.capture], dict(each.attributes)
        told = {"device": each.device, "capture": Path(each.capture).name, "sha256": result.sha256}
        rows.append(
            {
                **told,
                **{f"{name}": own.get(name, "") for name in columns if name not in told},
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
        folder / "handsets.parquet", rows, [*told_names(), *columns, "state", "error", "packets", "seconds"]
    )
    _write(folder / "unreadable.parquet", dark, [*told_names(), "recipient", "bytes"])
    names = [*told_names(), *Sending.__struct_fields__]
    parts = sorted(sent) if len(sent) <= _MOST_PARTS else []
    for value in parts:
        inside = folder / "sendings"
        if partition:
            inside /= f"{quote(partition, safe='')}={quote(value, safe='') or '__HIVE_DEFAULT_PARTITION__'}"
        _write(inside / "part-0.parquet", sent[value], names)
    if not parts:
        _write(folder / "sendings" / "part-0.parquet", [row for some in sent.values() for row in some], names)


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
