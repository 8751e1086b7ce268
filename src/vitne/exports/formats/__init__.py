"""The export formats, one file each, found by looking in this folder.

A format is a module with ``NAME``; ``fit(head) -> Fit``; ``spans(data)``, which yields the half-open byte
range of each entry and the Gaps between them; and ``read(entry)``, which yields the Exchanges of one entry
and the Oddities and Gaps in it, and may raise Malformed.  A format whose entries mean nothing alone also has
``prefix(data)``: what of the file's beginning is put before each entry that ``read`` is given.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from vitne.model import Fit

if TYPE_CHECKING:
    from types import ModuleType

HEAD = 4096  # bytes shown to each format's ``fit``


@cache
def formats() -> tuple[ModuleType, ...]:
    """Give the modules of this folder, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


def format_of(head: bytes) -> ModuleType | None:
    """Give the format that fits the first bytes of a file best, or None; ties go to the first name."""
    best = max(formats(), key=lambda module: int(module.fit(head)))
    return best if best.fit(head) > Fit.NO else None
