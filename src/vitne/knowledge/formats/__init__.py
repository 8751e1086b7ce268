"""Foreign forms of tables: one module each, found by looking in this folder.

A module opens with a docstring that has a ``summary:`` and a ``specification:`` line and ends with
``form = Instance``.  A form says how sure it is of a file from its name and its first bytes, and reads it.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol

import msgspec

from vitne.knowledge.ranges import Ranges


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """What a form read."""

    about: (
        str  # "network", "country", "mac-vendor", "mobile-network", "device-model", "card-issuer", "trackers"
    )
    content: Ranges | dict[str, str]  # ranges of addresses, or prefixes with their texts
    faults: int = 0  # ranges that lay inside or across another; the narrower stands
    date: str = ""  # ISO date that the file itself tells, "" without


class Form(Protocol):
    """One foreign form of table."""

    name: str

    def fits(self, name: str, head: bytes) -> bool:
        """Say whether a file of this name and beginning is of this form."""
        ...

    def read(self, name: str, data: bytes) -> Table:
        """Read a whole file; raises Malformed and nothing else."""
        ...


@cache
def forms() -> dict[str, Form]:
    """Give all forms by name."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        if not module.name.startswith("_"):
            form = importlib.import_module(f"{__name__}.{module.name}").form
            found[form.name] = form
    return found
