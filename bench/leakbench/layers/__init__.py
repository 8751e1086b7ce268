"""Layers: one way of wrapping bytes each, under the name that chains call it by.

Each module of this folder without an underscore has ``LAYERS``; a new one is found by lying there.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from bench.leakbench.cargo import Cargo, Words

    Wrap = Callable[[Cargo, Random, Words], Cargo]


def gather() -> dict[str, Wrap]:
    """Give every layer of the folder by its name."""
    found: dict[str, Wrap] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        part = importlib.import_module(f"{__name__}.{module.name}").LAYERS
        doubled = sorted(found.keys() & part.keys())
        if doubled:
            raise ValueError(f"two layers of one name: {doubled}")
        found.update(part)
    return found


LAYERS = gather()


def wrap(cargo: Cargo, chain: list[str], chance: Random, words: Words) -> Cargo:
    """Put layers around a cargo, the innermost first; raises CannotCarryError."""
    for name in chain:
        cargo = LAYERS[name](cargo, chance, words)
    return cargo
