"""Formats of device logs, found by looking in this folder.

A module has ``fit(head, name) -> Fit`` and ``read(data, log, hints)``, which fills the log; it may raise
Malformed and nothing else.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from vitne.events.device_log import DeviceLog, Hints


class Format(Protocol):
    """What a module of this folder offers."""

    @staticmethod
    def fit(head: bytes, name: str) -> int:
        """Tell from the first bytes and the name how well the file fits."""
        ...

    @staticmethod
    def read(data: bytes | memoryview, log: DeviceLog, hints: Hints) -> None:
        """Fill the log; raises Malformed."""
        ...


@cache
def formats() -> dict[str, Format]:
    """Give all formats by name."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        found[module.name.replace("_", "-")] = cast("Format", loaded)
    return found
