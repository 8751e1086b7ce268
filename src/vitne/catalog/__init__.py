"""The catalog: what the project's data files know, read once and checked.

The doors are ``identifiers()``, ``senders()``, ``fillers()``, ``oddities()``, ``android_users()``,
``quiet()`` and ``digest()``.
Nothing is read before one of them is called.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from vitne.catalog.given import given, given_digest, take
from vitne.catalog.reading import data_folder, digest_of, faults, read_file, read_folder
from vitne.catalog.recipes import RecipeExample, RecipeFile
from vitne.catalog.rules import (
    CounterExample,
    Example,
    Filler,
    FillerFile,
    IdentifierFile,
    OddityFile,
    QuietFile,
    Rule,
    UserFile,
)
from vitne.catalog.senders import Answer, Field, Match, SenderExample, SenderFile

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Answer",
    "CounterExample",
    "Example",
    "Field",
    "Filler",
    "IdentifierFile",
    "Match",
    "QuietFile",
    "RecipeExample",
    "RecipeFile",
    "Rule",
    "SenderExample",
    "SenderFile",
    "android_users",
    "digest",
    "fillers",
    "give_senders",
    "given_digest",
    "identifiers",
    "oddities",
    "quiet",
    "recipes",
    "senders",
]


@cache
def identifiers() -> tuple[IdentifierFile, ...]:
    """Give the files that tell identifiers without a subject file, by name; raises CatalogError."""
    return read_folder(data_folder() / "identifiers", IdentifierFile)


@cache
def senders() -> tuple[SenderFile, ...]:
    """Give the known senders, by name, then those that the user gave; raises CatalogError."""
    return (*read_folder(data_folder() / "senders", SenderFile), *given())


def give_senders(paths: Sequence[str]) -> bool:
    """Let these data files name senders as vitne's own do, in place of those given before.

    Gives whether anything changed; raises UsageError with everything that is wrong.
    """
    own = {sender.id for sender in senders()} - {sender.id for sender in given()}
    changed = take(paths, taken=own)
    if changed:
        senders.cache_clear()
    return changed


@cache
def recipes() -> tuple[RecipeFile, ...]:
    """Give the ways to keys and salts, by name; raises CatalogError."""
    return read_folder(data_folder() / "keys", RecipeFile)


@cache
def fillers() -> tuple[Filler, ...]:
    """Give the values that stand for nothing, in the order of the file; raises CatalogError."""
    errors: list[str] = []
    content = read_file(data_folder() / "fillers.toml", FillerFile, errors)
    if content is None:
        raise faults(errors)
    return content.filler


@cache
def oddities() -> dict[str, str]:
    """Give the names of oddities with their titles; raises CatalogError."""
    errors: list[str] = []
    content = read_file(data_folder() / "oddities.toml", OddityFile, errors)
    if content is None:
        raise faults(errors)
    return {oddity.name: oddity.title for oddity in content.oddity}


@cache
def quiet() -> QuietFile:
    """Give the places where no identifier is looked for without knowing its value; raises CatalogError."""
    errors: list[str] = []
    content = read_file(data_folder() / "quiet.toml", QuietFile, errors)
    if content is None:
        raise faults(errors)
    return content


@cache
def android_users() -> dict[int, str]:
    """Give the users of Android whose number means the same everywhere; raises CatalogError."""
    errors: list[str] = []
    content = read_file(data_folder() / "android-users.toml", UserFile, errors)
    if content is None:
        raise faults(errors)
    return {user.uid: user.name for user in content.user}


@cache
def digest() -> str:
    """Give the digest of all data files that a result rests on: lower-case hex of SHA-256."""
    return digest_of(data_folder())
