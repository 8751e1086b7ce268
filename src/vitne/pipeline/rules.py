"""Versions and digests of everything that shapes a result."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHAPING = (
    "hyperscan",
    "brotli",
    "zstandard",
    "cryptography",
    "publicsuffixlist",
    "phonenumbers",
    "numpy",
    "pyarrow",
)


_FOLDER = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-]+)\.dist-info")


def rules_used() -> dict[str, Any]:
    """Give the version of vitne, of the libraries that shape results, and the digest of the data files."""
    from vitne import catalog

    return {
        "vitne": _version("vitne"),
        "libraries": {name: _version(name) for name in _SHAPING},
        "data": catalog.digest(),
        **({"given senders": catalog.given_digest()} if catalog.given_digest() else {}),
    }


def use_senders(paths: Sequence[str]) -> None:
    """Let these data files name senders in the scans that follow; raises UsageError for one that is wrong."""
    from vitne import catalog
    from vitne.identify import declared, wanted
    from vitne.pipeline import heads

    if catalog.give_senders(paths):
        for room in (declared, wanted, heads):
            room.forget()


@functools.cache
def _installed() -> dict[str, str]:
    """Give the versions that the names of installed packages' folders tell, the first of each name.

    What ``importlib.metadata`` gives, without a parser of electronic mail at the start of every scan.
    """
    found: dict[str, str] = {}
    for place in sys.path:
        folder = Path(place or ".")
        names = sorted(each.name for each in folder.glob("*.dist-info")) if folder.is_dir() else []
        for name in names:
            told = _FOLDER.fullmatch(name)
            if told is not None:
                found.setdefault(told["name"].lower().replace("_", "-"), told["version"])
    return found


def _version(name: str) -> str:
    known = _installed().get(name)
    if known is not None:
        return known
    import importlib.metadata

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
