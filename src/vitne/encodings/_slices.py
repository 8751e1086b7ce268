"""Wrappings whose children are plain slices of the bytes they were found in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitne.model import Child


class Slices:
    """The inverse and the places of a child that is a slice of its parent."""

    exact = True
    readable = True

    def wrap(self, child: Child) -> bytes:
        """Give the bytes that stood in the child's range: the child itself."""
        return child.data

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of the child stand in the parent's data."""
        del data
        return child.start + start, child.start + end
