"""Taking in a file that a user fetched: a bare table or a package of the npm client, checked and packed.

A package tells its own name, version and date; of a bare file they have to be said.  What is known of a
package's licence and of its faults stands in ``data/sources.toml``.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from vitne.knowledge.formats import Table, forms
from vitne.knowledge.packed import pack
from vitne.knowledge.ranges import Ranges, joined
from vitne.knowledge.snapshots import MANIFEST, Snapshot, read_manifest, written
from vitne.model import Malformed, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.knowledge.sources import Origin

_MOST = 512 << 20
"""Bytes of one file, and of all files of one package."""
_HEAD = 1 << 16
_SERIES = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the user says of a file; empty where it tells itself."""

    series: str = ""
    date: str = ""
    fetched_on: str = ""  # stands for the day of the data where nothing tells it
    licence: str = ""
    basis: str = ""
    attribution: str = ""
    bundled: bool = False


def add(file: Path, folder: Path, told: Told, origins: Iterable[Origin]) -> Snapshot:
    """Read a file, write its table into a folder and list it in the folder's manifest.

    Raises UsageError where the file is of no known form or something has to be said of it, StoreError where
    it cannot be read or written.
    """
    data = _bytes(file)
    named, version, parts = _unpacked(file, data)
    origin = next((each for each in origins if each.package == named), None)
    table = _read(parts, file, only=origin.files if origin else ())
    date = told.date or _date_of(version) or table.date or told.fetched_on
    if not _DATE.fullmatch(date):
        raise UsageError(
            "this file does not tell of which day it is",
            where=str(file),
            expected="a date such as 2026-06-17",
            next_step="say it with --date",
        )
    series = told.series or (origin.series if origin else "") or _slug(named or file.name)
    if not _SERIES.fullmatch(series):
        raise UsageError("the name of the series is none", expected="letters, digits, dots and hyphens")
    packed = pack(table.content)
    snapshot = Snapshot(
        series=series,
        date=date,
        about=table.about,
        title=origin.title if origin else f"table added from {file.name}",
        source=f"{named} {version}" if named else file.name,
        licence=told.licence or (origin.licence if origin else "unknown"),
        attribution=told.attribution or (origin.attribution if origin else ""),
        basis=told.basis or (origin.basis if origin else ""),
        source_sha256=hashlib.sha256(data).hexdigest(),
        file=f"{series}@{date}.table",
        sha256=hashlib.sha256(packed).hexdigest(),
        rows=len(table.content),
        faults=table.faults,
        note=origin.note if origin else "",
        bundled=told.bundled,
        added_by_user=not told.bundled,
    )
    _keep(folder, snapshot, packed)
    return snapshot


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MOST:
            raise StoreError(f"the file is larger than {_MOST >> 20} MiB", where=str(file))
        return file.read_bytes()
    except OSError as error:
        raise StoreError(f"the file cannot be read ({error.strerror})", where=str(file)) from error


def _unpacked(file: Path, data: bytes) -> tuple[str, str, dict[str, bytes]]:
    """Give name and version of a package and its files, or the file itself under its own name."""
    if data[:2] != b"\x1f\x8b":
        return "", "", {file.name: data}
    try:
        plain = _inflated(data)
        if not file.name.endswith((".tgz", ".tar.gz")):
            return "", "", {file.name.removesuffix(".gz"): plain}
        parts = {}
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            for member in archive:
                opened = archive.extractfile(member) if member.isfile() else None
                if opened is not None:
                    parts[PurePosixPath(member.name).name] = opened.read()
        told = json.loads(parts.get("package.json", b"{}"))
        return str(told.get("name", "")), str(told.get("version", "")), parts
    except (tarfile.TarError, zlib.error, EOFError, ValueError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"the package cannot be unpacked ({type(error).__name__})",
            where=str(file),
            next_step="fetch it again",
        ) from error


def _inflated(data: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    out = reader.decompress(data, _MOST)
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("it is cut, or larger than a table is")
    return out


def _read(parts: dict[str, bytes], file: Path, *, only: tuple[str, ...]) -> Table:
    """Read the tables among some files, those of one kind as one."""
    tables: list[Table] = []
    why = ""
    for name in sorted(parts):
        if only and name not in only:
            continue
        form = next((each for each in forms().values() if each.fits(name, parts[name][:_HEAD])), None)
        if form is None:
            continue
        try:
            tables.append(form.read(name, parts[name]))
        except Malformed as error:
            why = f"{name}: {error}"
    if why or not tables:
        raise UsageError(
            why or "this is no table of a form that is known",
            where=str(file),
            expected="a file of one of: " + ", ".join(forms()),
            next_step="docs/how-to/add-a-data-set.md",
        )
    return _one(tables, file)


def _one(tables: list[Table], file: Path) -> Table:
    if len({table.about for table in tables}) > 1:
        raise UsageError("the files of this package are about different things", where=str(file))
    ranges = [table.content for table in tables if isinstance(table.content, Ranges)]
    content: Ranges | dict[str, str]
    if len(ranges) == len(tables):
        try:
            content = joined(ranges)
        except Malformed as error:
            raise UsageError(
                f"several files of this package are about the same: {error}",
                where=str(file),
                next_step="unpack it, and add the one file that is meant",
            ) from error
    else:
        content = {
            k: v for table in tables if isinstance(table.content, dict) for k, v in table.content.items()
        }
    first = tables[0]
    return Table(
        about=first.about, content=content, faults=sum(each.faults for each in tables), date=first.date
    )


def _date_of(version: str) -> str:
    """Give the date in a version that ends with one: 2.3.2026061719 is of 17 June 2026."""
    found = re.search(r"\b(20[0-9]{2})([01][0-9])([0-3][0-9])(?:[0-9]{2})?$", version)
    return "-".join(found.groups()) if found else ""


def _slug(name: str) -> str:
    stem = re.sub(r"\.(csv|json|tsv|txt|gz|tgz|tar)\b", "", name.lower())
    return re.sub(r"[^a-z0-9.]+", "-", stem).strip("-.") or "table"


def _keep(folder: Path, snapshot: Snapshot, packed: bytes) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = [each for each in read_manifest(folder) if each.name != snapshot.name]
        for name, content in ((snapshot.file, packed), (MANIFEST, written([*others, snapshot]))):
            fresh = folder / f".{name}.new"
            fresh.write_bytes(content)
            fresh.replace(folder / name)
    except OSError as error:
        raise StoreError(f"the data cannot be kept ({error.strerror})", where=str(folder)) from error
