"""Case folders written in one step and read back.

A case is either there as a whole or not there: it is written into a folder beside its place and then renamed.
What differs from run to run stands in ``run.json`` alone, which no digest covers.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from functools import partial as writing
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import msgspec

from vitne.model import Capture, Finding, Gap, Oddity, StoreError
from vitne.store.aside import Aside, Ended
from vitne.store.rows import OpaqueTotal, OpenedTotal, Transmission
from vitne.store.tables import TABLES, from_json_lines, json_lines, parquet, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

FORMAT = "vitne-case/1"
_FAMILY = "vitne-case/"
_MANIFEST, _RUN = "manifest.json", "run.json"
_LEDGER = "ledger.jsonl"  # append-only: goes over into a case that replaces this one
_MOST_APART = 100_000  # findings that another process writes: it needs as much memory again as they take
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one investigation, as its folder holds it."""

    folder: Path
    manifest: dict[str, Any]  # inputs, versions, digests of the results
    run: dict[str, Any]  # times, user, host, command
    captures: tuple[Capture, ...]
    findings: tuple[Finding, ...]
    opaque: tuple[OpaqueTotal, ...]
    gaps: tuple[Gap, ...]
    oddities: tuple[Oddity, ...]
    transmissions: tuple[Transmission, ...]
    partial: bool  # the scan was stopped before its end
    opened: tuple[OpenedTotal, ...] = ()  # what went encrypted and was opened with keys


def write_case(  # noqa: PLR0913  (a case has so many parts)
    folder: Path,
    *,
    captures: Iterable[Any],
    findings: Iterable[Any],
    opaque: Iterable[Any],
    gaps: Iterable[Any],
    oddities: Iterable[Any],
    transmissions: Iterable[Any],
    manifest: Mapping[str, Any],
    run: Mapping[str, Any],
    pages: Mapping[str, Any],
    partial: bool = False,
    jobs: int = 1,
) -> Path:
    """Write a case as a whole, or raise StoreError and leave everything as it was.

    Rows may be the nouns themselves or mappings with their names.  ``manifest`` says what the same evidence
    and rules give again (versions, digest of the rules); inputs, digests and ``partial`` are added.
    ``pages`` are files of the report by their path inside the folder, or what makes them.  A case that stands
    there is replaced.  With ``jobs`` over one the longest files are written by processes of their own.
    """
    given = (captures, findings, gaps, oddities, opaque, transmissions)
    rows = {table.name: typed(table, part) for table, part in zip(TABLES, given, strict=True)}
    rows["captures"] = [msgspec.structs.replace(row, path="") for row in rows["captures"]]
    said = {**manifest, "inputs": _inputs(rows["captures"]), "partial": partial}
    place = Path(os.path.abspath(folder))  # noqa: PTH100  (resolve() would follow a link at its end)
    check_place(place)
    with _store_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}.unfinished-", dir=place.parent))
    try:
        files = _files(rows, pages)
        apart = _apart(files, len(list(rows["findings"])), jobs)
        _fill(fresh, place, files, said=(said, dict(run)), apart=apart)
        with _store_errors(place):
            _swap(fresh, place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return place


def read_case(folder: Path) -> Case:
    """Read a case; raises StoreError where it is none, was changed, or is of a later format."""
    manifest = _read_manifest(folder)
    tables = {table.name: tuple(_rows(folder, manifest, table)) for table in TABLES}
    try:
        run = msgspec.json.decode((folder / _RUN).read_bytes(), type=dict[str, Any])
    except (OSError, ValueError, RecursionError):
        run = {}  # what differs by run is no part of the result, and may be taken away
    opened = _opened(manifest)
    partial = bool(manifest.get("partial"))
    return Case(folder=folder, manifest=manifest, run=run, partial=partial, opened=opened, **tables)


def _opened(manifest: Mapping[str, Any]) -> tuple[OpenedTotal, ...]:
    """Give what the manifest says was opened with keys; nothing for a case of an earlier version."""
    try:
        return msgspec.convert(manifest.get("opened", []), tuple[OpenedTotal, ...])
    except msgspec.ValidationError:
        return ()


def _inputs(captures: Iterable[Capture]) -> list[dict[str, Any]]:
    """Give what the manifest says of each input."""
    return [{"name": c.name, "sha256": c.sha256, "size": c.size, "format": c.format} for c in captures]


class _Sink:
    """A file that is written once: counts and digests what goes through.  Without a file it only counts."""

    closed = False

    def __init__(self, file: IO[bytes] | None) -> None:
        self.file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: Any) -> int:
        """Write bytes."""
        view = memoryview(data).cast("B")
        if self.file is not None:
            self.file.write(view)
            self.digest.update(view)
        self.size += len(view)
        return len(view)

    def tell(self) -> int:
        """Give the number of bytes written."""
        return self.size

    def flush(self) -> None:
        """Pass on what waits."""
        if self.file is not None:
            self.file.flush()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def readable(self) -> bool:
        """Say that it cannot be read."""
        return False

    def seekable(self) -> bool:
        """Say that it goes forward only."""
        return False

    def close(self) -> None:
        """Leave the file to whoever opened it."""


Content = tuple[str, "Callable[[_Sink], int | None]"]
"""Path of a file inside the case, and what writes it and gives the number of rows."""


def _files(rows: Mapping[str, Iterable[Any]], pages: Mapping[str, Any]) -> list[Content]:
    """Give path and writer of every result file."""
    files: list[Content] = []
    for table in TABLES:
        content = rows[table.name]
        files.append((f"{table.name}.jsonl", writing(json_lines, content)))
        if table.parquet:
            files.append((f"{table.name}.parquet", writing(parquet, table, content)))
    for name in sorted(pages):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"a page must lie inside the case: {name}")
        files.append((name, writing(_page, pages[name])))
    return files


def _page(data: Any, sink: _Sink) -> None:
    sink.write(data() if callable(data) else data)


def _apart(files: list[Content], findings: int, jobs: int) -> list[list[Content]]:
    """Choose the files that processes of their own write, and which of them together."""
    if jobs < 2 or not hasattr(os, "fork"):
        return []
    stems = ["transmissions"] if findings > _MOST_APART else ["findings", "transmissions"]
    return [[each for each in files if each[0].partition(".")[0] == stem] for stem in stems]


def _written(fresh: Path, files: Iterable[Content]) -> dict[str, dict[str, Any]]:
    return {name: _write(fresh / name, writer) for name, writer in files}


def _all_written(fresh: Path, files: list[Content], apart: list[list[Content]]) -> dict[str, dict[str, Any]]:
    """Write all files, those chosen by processes of their own, and give what the manifest says of each."""
    theirs = {name for some in apart for name, _ in some}
    with Aside() as aside:
        for some in apart:
            aside.begin(writing(_written, fresh, some))
        results = _written(fresh, (each for each in files if each[0] not in theirs))
        for more in aside.collect():
            results |= more
    return results


def _fill(
    fresh: Path,
    place: Path,
    files: list[Content],
    *,
    said: tuple[dict[str, Any], dict[str, Any]],
    apart: list[list[Content]],
) -> None:
    """Write all files of a case into its unfinished folder; ``said`` is of the manifest and of the run."""
    try:
        results = _all_written(fresh, files, apart)
        manifest = _pretty({**said[0], "format": FORMAT, "results": results})
        _write(fresh / _MANIFEST, writing(_page, manifest))
        _write(fresh / _RUN, writing(_page, _pretty(said[1])))
        if (place / _LEDGER).is_file():
            shutil.copyfile(place / _LEDGER, fresh / _LEDGER)
        _sync_all(fresh)  # all at the end: one journal entry of the disk for many files, not one each
    except OSError as error:
        if error.errno not in _FULL:
            raise _unwritable(place, error) from error
        raise _full(place, _needed(files)) from error
    except Ended as error:
        what, step = f"the case cannot be written: {error}", "scan again; with -j 1 one process does it all"
        raise StoreError(what, where=str(place), next_step=step) from error


def _needed(files: list[Content]) -> int:
    """Count the bytes of all files, and some for the manifest."""
    sink = _Sink(None)
    for _, writer in files:
        writer(sink)
    return sink.size + 4096


def _write(path: Path, writer: Callable[[_Sink], int | None]) -> dict[str, Any]:
    """Write one file, and give what the manifest says of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb", buffering=1 << 20) as file:
        sink = _Sink(file)
        count = writer(sink)
    said: dict[str, Any] = {"sha256": sink.digest.hexdigest(), "size": sink.size}
    return said if count is None else {**said, "rows": count}


def _sync_all(folder: Path) -> None:
    """Make sure that the files below a folder are on the disk, then their names."""
    below = sorted(folder.rglob("*"))
    for path in [
        *(each for each in below if each.is_file()),
        *(each for each in below if each.is_dir()),
        folder,
    ]:
        _sync(path)


def _sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(fresh: Path, place: Path) -> None:
    """Put the new folder in its place; an old case is set aside first and comes back should that fail."""
    if not place.exists():
        fresh.rename(place)
        _sync(place.parent)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}.replaced-", dir=place.parent))
    try:
        place.rename(aside / "case")
        try:
            fresh.rename(place)
        except OSError:
            (aside / "case").rename(place)
            raise
        _sync(place.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def check_place(place: Path) -> None:
    """Raise StoreError unless nothing stands at the place, or an empty folder, or a case and nothing else."""
    place = Path(os.path.abspath(place))  # noqa: PTH100  (resolve() would follow a link at its end)
    if not place.exists() and not place.is_symlink():
        return
    choose = "choose another folder with --case"
    if place.is_symlink() or not place.is_dir():
        raise StoreError(
            "this is not a folder", where=str(place), expected="a case or nothing", next_step=choose
        )
    if not any(place.iterdir()):
        return
    try:
        manifest = _read_manifest(place, any_version=True)
    except StoreError as error:
        what = "this folder holds something else than a case and is left alone"
        raise StoreError(what, where=str(place), expected="a case or nothing", next_step=choose) from error
    own = {*manifest.get("results", {}), _MANIFEST, _RUN, _LEDGER}
    files = (path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir())
    foreign = sorted(name for name in files if name not in own)
    if foreign:
        what = f"beside the case, {len(foreign)} file(s) here are not vitne's, such as {foreign[0]!r}"
        raise StoreError(what, where=str(place), next_step=f"move them away, or {choose}")


def _read_manifest(folder: Path, *, any_version: bool = False) -> dict[str, Any]:
    """Read the manifest of a case; raises StoreError where there is none."""
    expected = f"a case folder with a {_MANIFEST} of format {FORMAT}"
    make = "make a case with: vitne scan CAPTURE --case FOLDER"
    try:
        data = (folder / _MANIFEST).read_bytes()
        manifest = msgspec.json.decode(data, type=dict[str, Any])
    except FileNotFoundError as error:
        raise StoreError(
            "there is no case here", where=str(folder), expected=expected, next_step=make
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no JSON object"
        what = f"the case's {_MANIFEST} cannot be read ({why})"
        raise StoreError(what, where=str(folder), expected=expected, next_step=make) from error
    form = manifest.get("format")
    if not (isinstance(form, str) and form.startswith(_FAMILY) and isinstance(manifest.get("results"), dict)):
        raise StoreError("there is no case here", where=str(folder), expected=expected, next_step=make)
    if form != FORMAT and not any_version:
        what = f"this case has the format {form[:40]!r}, which this vitne does not read"
        step = "use the vitne that wrote it, or scan the capture again"
        raise StoreError(what, where=str(folder), expected=FORMAT, next_step=step)
    return manifest


def _rows(folder: Path, manifest: dict[str, Any], table: Any) -> list[Any]:
    """Read one table and compare it with its digest."""
    name = f"{table.name}.jsonl"
    step = "scan the capture again, or take the folder from where you have it whole"
    try:
        data = (folder / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != manifest["results"][name]["sha256"]:
            what = f"{name} was changed after the case was written: its digest is not the manifest's"
            raise StoreError(what, where=str(folder), next_step=step)
        return list(from_json_lines(table, data))
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        what = f"{name} is missing or damaged ({type(error).__name__})"
        raise StoreError(what, where=str(folder), next_step=step) from error


def _pretty(content: Any) -> bytes:
    """Give JSON that a person reads, keys sorted."""
    return msgspec.json.format(msgspec.json.encode(content, order="sorted"), indent=2) + b"\n"


@contextlib.contextmanager
def _store_errors(place: Path) -> Iterator[None]:
    """Turn a refusal of the system into an error that says what to do."""
    try:
        yield
    except OSError as error:
        raise (_full(place, 0) if error.errno in _FULL else _unwritable(place, error)) from error


def _unwritable(place: Path, error: OSError) -> StoreError:
    what = f"the case cannot be written: {error.strerror or type(error).__name__}"
    return StoreError(what, where=str(place), next_step="choose a folder that you may write to with --case")


def _full(place: Path, needed: int) -> StoreError:
    """Say that the disk is full, with the space needed and the space there is."""
    try:
        free = f"{shutil.disk_usage(place.parent).free} bytes are free"
    except OSError:
        free = "how much is free cannot be told"
    what = (
        f"the disk is full: the case needs {needed} bytes and {free}"
        if needed
        else f"the disk is full: {free}"
    )
    step = "make room, or choose a folder on another disk with --case; nothing was left behind"
    return StoreError(what, where=str(place), next_step=step)
