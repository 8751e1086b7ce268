"""The lists that name apps, one file each, found by looking in this folder.

A format is a module with ``NAME``; ``fit(head) -> Fit``; and ``read(data, book)``, which tells a Book what
the whole file says, passes over lines that say nothing, and may raise Malformed.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from vitne.model import Fit

if TYPE_CHECKING:
    from types import ModuleType

HEAD = 1 << 16  # bytes shown to each format's ``fit``


@cache
def formats() -> tuple[ModuleType, ...]:
    """Give the modules of this folder, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


def format_of(head: bytes) -> ModuleType | None:
    """Give the format that fits the first bytes of a file best, or None; ties go to the first name."""
    best = max(formats(), key=lambda module: int(module.fit(head)))
    return best if best.fit(head) > Fit.NO else None
