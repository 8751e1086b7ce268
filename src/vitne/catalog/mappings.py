"""What results are evidence for: entries of public frameworks, as data with their source."""

from __future__ import annotations

import tomllib

import msgspec

from vitne.catalog.reading import data_folder
from vitne.model import CatalogError


class MappingEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One weakness, test or mechanism of a framework."""

    id: str  # the framework's own number or short name
    title: str  # the framework's own name
    evidence: str  # what a result shows about it
    protections: tuple[str, ...] = ()  # only results protected like this; empty: all
    kinds: tuple[str, ...] = ()  # only identifiers of these kinds; empty: all


class MappingFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One framework."""

    id: str  # the name of the file
    title: str  # what the framework calls itself
    organization: str  # who publishes it
    licence: str  # SPDX name of the file's own licence
    source: str  # where the entries were read, and when
    because: str  # note that gives the basis, as a path in the project
    entry: tuple[MappingEntry, ...]


def mappings() -> tuple[MappingFile, ...]:
    """Give all frameworks by name; raises CatalogError with everything that is wrong."""
    found, errors = [], []
    folder = data_folder() / "mappings"
    for item in sorted(folder.iterdir(), key=lambda each: each.name):
        if not item.name.endswith(".toml"):
            continue
        try:
            content = msgspec.convert(tomllib.loads(item.read_text(encoding="utf-8")), MappingFile)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            errors.append(f"{item.name}: {error}")
            continue
        if content.id != item.name.removesuffix(".toml"):
            errors.append(f"{item.name}: the id is {content.id!r} and not the name of the file")
        found.append(content)
    if errors:
        raise CatalogError("\n".join(errors), where="data/mappings")
    return tuple(found)
