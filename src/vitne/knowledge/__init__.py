"""What is known beforehand of addresses and numbers: dated tables, each with source, licence and digest.

Doors: ``Knowledge`` (all snapshots at hand), ``shipped()`` (the folder that comes with the package),
``add()`` (take in a file), ``origins()`` (packages to take files from).
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from vitne.knowledge.ranges import NOWHERE, Ranges, packed_address
from vitne.knowledge.snapshots import Knowledge, Snapshot, later_than, manifest_of, read_manifest

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = [
    "NOWHERE",
    "Knowledge",
    "Ranges",
    "Snapshot",
    "later_than",
    "manifest_of",
    "packed_address",
    "read_manifest",
    "shipped",
]


def shipped() -> Traversable:
    """Give the folder of snapshots that comes with the package."""
    return files("vitne") / "data" / "snapshots"
