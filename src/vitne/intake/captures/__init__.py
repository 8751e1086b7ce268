"""The capture formats, one file each, found by looking in this folder.

A format is a module with ``fit(head) -> Fit`` and ``index``, the subclass of RecordIndex that reads it.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from vitne.model import Fit

if TYPE_CHECKING:
    from types import ModuleType

HEAD = 64  # bytes shown to each format's ``fit``


@cache
def formats() -> tuple[ModuleType, ...]:
    """Give the modules of this folder, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


def format_of(head: bytes) -> ModuleType | None:
    """Give the format that fits the first bytes of a file best, or None; ties go to the first name."""
    best = max(formats(), key=lambda module: int(module.fit(head)))
    return best if best.fit(head) > Fit.NO else None
