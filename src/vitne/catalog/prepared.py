"""Data files that were read and checked when vitne was built: a scan need not do it again.

The TOML files stay the source.  What was prepared counts only for the very bytes of a data file, under the
very code that checks data files; everything else is read from TOML.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

T = TypeVar("T")

NAME = "prepared.json"
CHECKERS = (
    "catalog/complaints.py",
    "catalog/patterns.py",
    "catalog/recipes.py",
    "catalog/rules.py",
    "catalog/senders.py",
    "model/identifiers.py",
)
"""Modules that say what may stand in a data file."""


class Prepared(msgspec.Struct, kw_only=True):
    """All data files that were prepared."""

    checked_by: str  # digest of the code that checked them, and version of msgspec
    content: dict[str, msgspec.Raw]  # by what ``mark`` gives


def mark(kind: type[object], name: str, data: bytes) -> str:
    """Give what a data file is known by: what it is, its name, and the SHA-256 of its bytes."""
    return f"{kind.__name__} {name} {hashlib.sha256(data).hexdigest()}"


def taken(kind: type[T], name: str, data: bytes) -> T | None:
    """Give the content of a data file of these bytes; None where it was not prepared."""
    raw = _content().get(mark(kind, name, data))
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError:
        return None


def checkers_digest() -> str:
    """Give the digest of the code that checks data files, and the version of msgspec."""
    package = files("vitne")
    total = hashlib.sha256(msgspec.__version__.encode())
    for name in CHECKERS:
        source = (package / name).read_bytes()
        total.update(f"{name} {len(source)}\n".encode() + source)
    return total.hexdigest()


def read(source: Traversable) -> dict[str, msgspec.Raw]:
    """Read what was prepared; nothing where it is absent, cannot be read, or was checked by other code."""
    try:
        prepared = msgspec.json.decode(source.read_bytes(), type=Prepared)
        return prepared.content if prepared.checked_by == checkers_digest() else {}
    except (OSError, msgspec.MsgspecError):
        return {}


@cache
def _content() -> dict[str, msgspec.Raw]:
    return read(files("vitne") / "data" / NAME)
