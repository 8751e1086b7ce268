"""Reading and checking data files.  All errors of all files are collected and raised as one."""

from __future__ import annotations

import hashlib
import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from vitne.catalog.prepared import taken
from vitne.catalog.recipes import RecipeFile
from vitne.catalog.rules import FillerFile, IdentifierFile, OddityFile, QuietFile, UserFile
from vitne.catalog.senders import SenderFile
from vitne.model import CatalogError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

T = TypeVar("T", IdentifierFile, SenderFile, FillerFile, OddityFile, QuietFile, RecipeFile, UserFile)


def data_folder() -> Traversable:
    """Give the folder of data files that comes with the package."""
    return files("vitne") / "data"


def read_file(source: Traversable, kind: type[T], errors: list[str], *, fresh: bool = False) -> T | None:
    """Read one data file; append what is wrong with it to the errors and give None then.

    One that was prepared as it stands is not checked again, unless a ``fresh`` reading is asked for.
    """
    name = source.name
    known = None if fresh else taken(kind, name, source.read_bytes())
    if known is not None:
        return known
    import tomllib

    try:
        content = msgspec.convert(tomllib.loads(source.read_text(encoding="utf-8")), kind)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        errors.append(f"{name}: {error}")
        return None
    from vitne.catalog.complaints import complaints

    found = [f"{name}: {what}" for what in complaints(content, name.removesuffix(".toml"))]
    errors.extend(found)
    return None if found else content


def read_folder(folder: Traversable, kind: type[T]) -> tuple[T, ...]:
    """Read all data files of a folder, in the order of their names; raises CatalogError with every error."""
    errors: list[str] = []
    read = [read_file(source, kind, errors) for source in toml_files(folder)]
    if errors:
        raise faults(errors)
    return tuple(content for content in read if content is not None)


def faults(errors: list[str]) -> CatalogError:
    """Put all errors into one."""
    return CatalogError(
        f"{len(errors)} fault(s) in data files: " + "; ".join(errors),
        expected="TOML as described in docs/how-to, with no key beyond the known ones",
        next_step="correct the data file, or install vitne again if you did not change it",
    )


def toml_files(folder: Traversable) -> list[Traversable]:
    """List the data files of a folder by name; an absent folder holds none."""
    if not folder.is_dir():
        return []
    return sorted(
        (item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name
    )


def digest_of(folder: Traversable) -> str:
    """Digest of all data files below a folder: SHA-256 over their sorted paths and contents."""
    total = hashlib.sha256()
    found: Iterator[tuple[str, str | Traversable]] = (
        _listed(str(folder), "") if isinstance(folder, Path) else _walk(folder, "")
    )
    for path, source in sorted(found):
        content = _bytes(source) if isinstance(source, str) else source.read_bytes()
        total.update(f"{path}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _bytes(place: str) -> bytes:
    with open(place, "rb", buffering=0) as stream:  # noqa: PTH123  (hundreds of files at every start)
        return stream.read()


def _listed(folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Give what ``_walk`` gives, of a folder on a disk: some ten times quicker."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _listed(entry.path, f"{prefix}{entry.name}/")
            elif entry.name.endswith(".toml"):
                yield prefix + entry.name, entry.path


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _walk(item, f"{prefix}{item.name}/")
        elif item.name.endswith(".toml"):
            yield prefix + item.name, item
