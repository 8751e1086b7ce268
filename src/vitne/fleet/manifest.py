"""The manifest of a fleet: which captures there are, and what is known of the device behind each.

A folder is every capture in it, and so is what lies below an address ``s3://bucket/prefix``.  A table (CSV,
or TSV by its name; a file or an object) has a column ``capture``, a path, an address or a pattern that counts
from the table's own folder, and any further columns: model, build, market, batch, SIM, place, date.  A column
``device`` names the handset where several captures belong to one.
"""

from __future__ import annotations

import csv
import glob
import io
import re
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from vitne.fleet.objects import SCHEME, Store, Stored, has_pattern, is_object, parts_of
from vitne.intake.received import written
from vitne.model import CaptureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_ROWS = 1_000_000
MOST_CELL = 1000
MOST_TABLE = 1 << 30
"""Bytes of a table in an object store."""
_OWN = ("capture", "device")
_TABLES = (".csv", ".tsv")
_SNIFF = 1 << 16
_PROMISES = re.compile(
    r"\.(?:p?cap|pcapng|ntar|dmp)(?:\d*|\.\d+)(?:\.(?:gz|bz2|xz|zst|zstd|lz4))?$", re.IGNORECASE
)
"""Names of captures: what is called so and is none is told, not passed over."""


class Handset(msgspec.Struct, frozen=True, kw_only=True):
    """One capture of one device, and what is known of the device."""

    capture: str  # path, or s3://bucket/key
    device: str  # name of the device: of the table, else the capture's own
    attributes: tuple[tuple[str, str], ...]  # column and value, in the order of the table
    etag: str = ""  # of an object, as its store lists it
    size: int = -1  # bytes of an object


def read_manifest(word: str, *, store: Store | None = None) -> list[Handset]:
    """Read a folder, a pattern or a table; raises UsageError where it names no capture, and CaptureError."""
    found = (_of_objects if is_object(word) else _of_files)(word, store or Store())
    if not found:
        raise UsageError(
            "no capture is named there",
            where=word,
            expected="a folder of captures, a pattern in quotes, a table (.csv, .tsv) of them, or s3://BUCKET/PREFIX",
        )
    return found


def _of_files(word: str, store: Store) -> list[Handset]:
    place = Path(word)
    if place.is_dir():
        return [_plain(each) for each in sorted(place.rglob("*")) if _capture(each)]
    if place.is_file() and place.suffix.lower() in _TABLES:
        try:
            with place.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(_table(word, stream))
        except OSError as error:
            raise _unread(word, error) from error
        return _beside(rows, f"{place.parent}/", store)
    names = [Path(each) for each in sorted(glob.glob(word, recursive=True))]  # noqa: PTH207
    return [_plain(each) for each in names if _capture(each)]


def _of_objects(word: str, store: Store) -> list[Handset]:
    if word.lower().endswith(_TABLES) and not has_pattern(word):
        with tempfile.TemporaryFile() as held:
            one = store.told(word)
            if one.size > MOST_TABLE:
                raise UsageError(f"the table has more than {MOST_TABLE} bytes", where=word)
            store.fetch(one, held)
            held.seek(0)
            with io.TextIOWrapper(held, encoding="utf-8-sig", newline="") as text:
                rows = list(_table(word, text))
        return _beside(rows, word.rpartition("/")[0] + "/", store)
    found = store.matching(word) if has_pattern(word) else store.listed(word)
    return [_stored(each) for each in found if _capture_object(each, store)]


def _plain(place: Path) -> Handset:
    return Handset(capture=str(place), device=written(place.name), attributes=())


def _stored(one: Stored) -> Handset:
    name = one.url.rpartition("/")[2]
    return Handset(capture=one.url, device=name[:MOST_CELL], attributes=(), etag=one.etag, size=one.size)


def _capture(place: Path) -> bool:
    """Say whether a file that was met is a capture, or is called one."""
    from vitne.pipeline.inputs import is_input

    if not place.is_file() or place.name.startswith("."):
        return False
    return bool(_PROMISES.search(place.name)) or is_input(place)


def _capture_object(one: Stored, store: Store) -> bool:
    """Say the same of an object; only one with another name is looked into."""
    from vitne.pipeline.inputs import is_input

    name = one.url.rpartition("/")[2]
    if name.startswith(".") or name.lower().endswith(_TABLES):
        return False
    if _PROMISES.search(name):
        return True
    if one.size <= 0:
        return False
    with tempfile.NamedTemporaryFile() as held:
        held.write(store.beginning(one.url, _SNIFF))
        held.flush()
        return is_input(Path(held.name))


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a table."""

    capture: str  # as it stands there
    device: str  # "" where none is named
    attributes: tuple[tuple[str, str], ...]


def _table(where: str, stream: IO[str]) -> Iterator[_Row]:
    """Read a table row by row."""
    dialect = "excel-tab" if where.lower().endswith(".tsv") else "excel"
    try:
        rows = csv.DictReader(stream, dialect=dialect)
        columns = [name or "" for name in rows.fieldnames or ()]
        if "capture" not in columns or len(set(columns)) != len(columns) or "" in columns:
            raise UsageError(
                "the table's first row does not name its columns",
                where=where,
                expected="a column capture, and every column named once",
            )
        for number, row in enumerate(rows, 2):
            if number > MOST_ROWS:
                raise UsageError(f"the table has more than {MOST_ROWS} rows", where=where)
            yield _row(where, number, row, columns)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unread(where, error) from error


def _unread(where: str, error: Exception) -> UsageError:
    return UsageError(
        f"the table cannot be read ({type(error).__name__})", where=where, expected="a table in UTF-8"
    )


def _row(where: str, number: int, row: dict[str | None, str | None], columns: list[str]) -> _Row:
    capture = (row.get("capture") or "").strip()
    if not capture or None in row or any(row.get(name) is None for name in columns):
        raise UsageError(
            f"line {number} has no capture, or another number of columns",
            where=where,
            expected=", ".join(columns),
        )
    return _Row(
        capture=capture,
        device=(row.get("device") or "").strip()[:MOST_CELL],
        attributes=tuple(
            (name, (row[name] or "").strip()[:MOST_CELL]) for name in columns if name not in _OWN
        ),
    )


def _beside(rows: Iterable[_Row], folder: str, store: Store) -> list[Handset]:
    """Find the captures of a table's rows; what is not there is kept, so that it is told."""
    placed = [(_placed(row.capture, folder), row) for row in rows]
    known = _listed([name for name, _ in placed if is_object(name)], store)
    out = []
    for name, row in placed:
        found = _objects(name, known) if is_object(name) else [Stored(url=each) for each in _files(name)]
        out += [
            Handset(
                capture=one.url,
                device=row.device or written(one.url.rpartition("/")[2])[:MOST_CELL],
                attributes=row.attributes,
                etag=one.etag,
                size=one.size,
            )
            for one in found
        ]
    return out


def _placed(cell: str, folder: str) -> str:
    """Give what a cell names, counted from the table's folder."""
    if is_object(cell):
        return cell
    return folder + cell if is_object(folder) else str(Path(folder) / cell)


def _files(name: str) -> list[str]:
    if not Path(name).exists() and glob.has_magic(name):
        return sorted(glob.glob(name, recursive=True)) or [name]  # noqa: PTH207
    return [name]


def _objects(name: str, known: Mapping[str, Stored]) -> list[Stored]:
    """Give the object of this very name, else those that the pattern names."""
    if name in known or not has_pattern(name):
        return [known.get(name, Stored(url=name))]
    from fnmatch import translate

    form = re.compile(translate(name))
    return [one for url, one in sorted(known.items()) if form.match(url)] or [Stored(url=name)]


def _listed(names: list[str], store: Store) -> dict[str, Stored]:
    """List what lies below the folders of a table's objects: a request for a thousand, not one for each."""
    buckets: dict[str, list[str]] = {}
    for name in names:
        buckets.setdefault(parts_of(name)[0], []).append(name)
    out: dict[str, Stored] = {}
    for bucket, own in sorted(buckets.items()):
        shared = _common([re.split(r"[*?\[]", each, maxsplit=1)[0] for each in own])
        for one in store.listed(max(shared, f"{SCHEME}{bucket}/", key=len)):
            out[one.url] = one
            if len(out) > MOST_ROWS:
                raise CaptureError(f"more than {MOST_ROWS} objects lie there", where=shared)
    return out


def _common(names: list[str]) -> str:
    first, last = min(names), max(names)
    length = next((at for at, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1), None)
    return first if length is None else first[:length]
