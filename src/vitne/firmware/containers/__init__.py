"""Containers of images and packages, one module each; found by looking in this folder.

A container gives its members one by one, each a file or an image inside; one that cannot be read is given as
``Lost``, so that those behind it are read all the same.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget
    from vitne.firmware.shape import Why
    from vitne.firmware.source import Source

HEAD = 16_384
"""Bytes from the beginning that are enough to know every container by."""


class Member(NamedTuple):
    """A file or an image inside a container."""

    path: str  # name inside the container, with "/" between folders
    source: Source  # its bytes
    offset: int | None = None  # where it begins in the container, where it lies there in one piece


class Lost(NamedTuple):
    """A member that cannot be read."""

    path: str  # name inside the container
    why: Why  # as a word
    note: str  # for a person


class Container(Protocol):
    """One container format."""

    name: str
    summary: str
    specification: str

    def fits(self, head: bytes) -> bool:
        """Say whether the first bytes are those of this container."""
        ...

    def members(self, source: Source, budget: Budget) -> Iterator[Member | Lost]:
        """Give the members; raises Malformed where nothing behind can be told any more."""
        ...


@cache
def containers() -> dict[str, Container]:
    """Give all containers by name."""
    found = {}
    for each in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{each.name}")
        if hasattr(module, "container"):
            found[module.container.name] = module.container
    return dict(sorted(found.items()))


def container_of(source: Source) -> Container | None:
    """Give the container that a source begins like, or None."""
    head = source.read(0, HEAD)
    return next((each for each in containers().values() if each.fits(head)), None)
