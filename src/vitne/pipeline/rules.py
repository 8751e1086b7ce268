"""Versions and digests of everything that shapes a result."""

from __future__ import annotations

import importlib.metadata
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


def rules_used() -> dict[str, Any]:
    """Give the version of vitne, of the libraries that shape results, and the digest of the data files."""
    from vitne import catalog

    return {
        "vitne": importlib.metadata.version("vitne"),
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


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
