"""Where data may come from: packages by name, with the licence and the faults that their documents state."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from vitne.model import CatalogError


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One package of the npm client that a table can be made from."""

    package: str  # its name there
    series: str  # name of the series of snapshots made from it
    title: str
    licence: str  # as the documents inside the package state it
    because: str  # where the licence and the faults are stated
    attribution: str = ""  # line that has to stand where results are shown
    basis: str = ""  # of a country table: "registry" or "geo"
    files: tuple[str, ...] = ()  # files of the package that are read; empty: every one of a known form
    note: str = ""  # what a reader of results has to know
    default: bool = False  # fetched by ``make data``


class SourceFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file ``data/sources.toml``."""

    id: str
    licence: str
    because: str
    origin: tuple[Origin, ...]


@cache
def origins() -> tuple[Origin, ...]:
    """Give all known packages; raises CatalogError where the file is wrong."""
    place = files("vitne") / "data" / "sources.toml"
    try:
        content = msgspec.convert(tomllib.loads(place.read_text(encoding="utf-8")), SourceFile)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise CatalogError(f"sources.toml: {error}", next_step="correct the data file") from error
    names = [origin.package for origin in content.origin] + [origin.series for origin in content.origin]
    if content.id != "sources" or len(set(names)) != len(names):
        raise CatalogError("sources.toml: a package or a series stands twice, or the id is wrong")
    return content.origin
