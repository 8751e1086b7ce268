"""What is known of firmware: permissions, broadcasts, functions, marks of clients and markets, mere names."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal, TypeVar

import msgspec

from vitne.catalog.reading import data_folder
from vitne.model import IDENTIFIERS, CatalogError


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of a data file; a key that is not known is an error."""


class PermissionRow(_Row, frozen=True, kw_only=True):
    """A permission that matters here."""

    name: str  # as a manifest writes it
    gives: str  # identifiers it opens, or what else, for a person
    because: str  # document that says so


class BroadcastRow(_Row, frozen=True, kw_only=True):
    """Broadcasts that wake a component without anybody opening it."""

    wake: str  # what happens on the phone
    actions: tuple[str, ...]  # names of the broadcasts


class CallRow(_Row, frozen=True, kw_only=True):
    """Functions that give an identifier, or a way to the network."""

    gives: str  # identifier of the closed list, or "network"
    names: tuple[str, ...]  # class and method, or symbol of a native library
    because: str  # document that says so


class ClientRow(_Row, frozen=True, kw_only=True):
    """Marks of a program that sends as a known sender does."""

    sender: str  # id of the known sender
    market: str  # country it is made for, two letters; "" for none
    packages: tuple[str, ...]  # its packages
    hosts: tuple[str, ...]  # globs over hosts that it alone names
    texts: tuple[str, ...]  # further texts that it alone holds
    because: str  # where they were read


class MarkRow(_Row, frozen=True, kw_only=True):
    """A mark of a market."""

    market: str  # country, two letters
    kind: Literal["property", "host", "resource", "text", "package"]  # where the mark stands
    values: tuple[str, ...]  # values that mark the market
    because: str  # document that says so
    name: str = ""  # name of the property, or the configuration of resources


class NameRow(_Row, frozen=True, kw_only=True):
    """Hosts that are written as names and not to be asked."""

    hosts: tuple[str, ...]  # globs
    why: str  # for a person
    because: str  # document that says so


class ListRow(_Row, frozen=True, kw_only=True):
    """A list of words."""

    name: str
    words: tuple[str, ...]
    because: str  # why they stand in it


T = TypeVar("T", bound=_Row)
_WAKES = {"boot", "connectivity", "sim-state", "service-state", "screen", "unlock", "time", "power"} | {
    "dial-code",
    "message",
    "package-change",
    "new-build",
}


def _rows(name: str, table: str, kind: type[T]) -> tuple[T, ...]:
    """Read one file; raises CatalogError with what is wrong."""
    source = data_folder() / "firmware" / f"{name}.toml"
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
        unknown = set(content) - {"id", "licence", "because", table}
        if unknown or content.get("id") != name:
            raise CatalogError(f"unknown keys {sorted(unknown)} or another id", where=source.name)
        return msgspec.convert(content[table], tuple[kind, ...])  # type: ignore[valid-type]
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, KeyError, OSError) as error:
        raise CatalogError(f"{error}", where=source.name) from error


@cache
def permissions() -> dict[str, str]:
    """Give what each permission opens, by its name."""
    return {row.name: row.gives for row in _rows("permissions", "permission", PermissionRow)}


@cache
def broadcasts() -> dict[str, str]:
    """Give what wakes a component, by the name of the broadcast."""
    found = {}
    for row in _rows("broadcasts", "broadcast", BroadcastRow):
        if row.wake not in _WAKES:
            raise CatalogError(f"{row.wake!r} is no word for what wakes", where="broadcasts.toml")
        found.update(dict.fromkeys(row.actions, row.wake))
    return found


@cache
def calls() -> dict[str, str]:
    """Give what each function gives, by class and method or by symbol."""
    found = {}
    for row in _rows("calls", "call", CallRow):
        if row.gives != "network" and row.gives not in IDENTIFIERS:
            raise CatalogError(f"{row.gives!r} is no identifier", where="calls.toml")
        found.update(dict.fromkeys(row.names, row.gives))
    return found


@cache
def clients() -> tuple[ClientRow, ...]:
    """Give the marks of programs that send as known senders do."""
    return _rows("clients", "client", ClientRow)


@cache
def marks() -> tuple[MarkRow, ...]:
    """Give the marks of markets."""
    return _rows("markets", "mark", MarkRow)


@cache
def words(name: str) -> frozenset[str]:
    """Give a list of words by its name."""
    [row] = [row for row in _rows("lists", "list", ListRow) if row.name == name]
    return frozenset(row.words)


@cache
def _mere_names() -> tuple[NameRow, ...]:
    return _rows("names", "name", NameRow)


def name_only(host: str) -> str:
    """Say why a host is a mere name; "" for one that may be asked."""
    rows = _mere_names()
    return next((row.why for row in rows if any(fnmatchcase(host, glob) for glob in row.hosts)), "")
