"""Versions and digests of everything that shapes a result."""

from __future__ import annotations

import importlib.metadata
from typing import Any

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
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
