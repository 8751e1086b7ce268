"""Programs of the simulated phone that send, found by looking in this folder: a module, a ``sender``.

A sender is made with the handset and is told what happens (``happened(kind, detail)``).  It may look at
``handset.now``, ask to be called (``at``), and send (``go(handset.tell(...))``).
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any


@cache
def senders() -> dict[str, Any]:
    """Give the class of each sender by its name."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        kind = importlib.import_module(f"{__name__}.{module.name}").sender
        found[kind.name] = kind
    return found
