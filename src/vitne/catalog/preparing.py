"""Prepare the data files: read them, check them, and write them into one file that is read at once.

The build of vitne does this; in a checkout, ``python -m vitne.catalog.preparing`` does it again.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from vitne.catalog.prepared import NAME, Prepared, checkers_digest, mark
from vitne.catalog.reading import data_folder, faults, read_file, toml_files
from vitne.catalog.recipes import RecipeFile
from vitne.catalog.rules import FillerFile, IdentifierFile, OddityFile, QuietFile, UserFile
from vitne.catalog.senders import SenderFile

FOLDERS: dict[str, Any] = {"identifiers": IdentifierFile, "senders": SenderFile, "keys": RecipeFile}
FILES: dict[str, Any] = {
    "fillers": FillerFile,
    "oddities": OddityFile,
    "quiet": QuietFile,
    "android-users": UserFile,
}


def prepared() -> Prepared:
    """Read and check the data files that every scan needs; raises CatalogError with all that is wrong."""
    folder = data_folder()
    sources = [(kind, each) for name, kind in FOLDERS.items() for each in toml_files(folder / name)]
    sources += [(kind, folder / f"{name}.toml") for name, kind in FILES.items()]
    errors: list[str] = []
    content = {}
    for kind, source in sources:
        read_file(source, kind, errors, fresh=True)
        data = source.read_bytes()
        plain = tomllib.loads(data.decode("utf-8")) if not errors else {}
        content[mark(kind, source.name, data)] = msgspec.Raw(msgspec.json.encode(plain))
    if errors:
        raise faults(errors)
    return Prepared(checked_by=checkers_digest(), content=content)


def write(target: Path) -> None:
    """Write the prepared data files in one step; raises CatalogError, OSError."""
    partial = target.with_suffix(f".{os.getpid()}.part")
    partial.write_bytes(msgspec.json.encode(prepared()) + b"\n")
    partial.replace(target)


if __name__ == "__main__":
    write(Path(str(data_folder() / NAME)))
