"""What reading an image may cost: bytes unpacked, files, depth, texts.  Counted, and never by the clock."""

from __future__ import annotations

from typing import Literal

import msgspec

from vitne.model import Malformed


class Exhausted(Malformed):
    """A bound was reached: nothing is wrong with the bytes, and what follows is unknown."""


class Unsupported(Malformed):
    """The form of some bytes is known and not read: nothing is wrong, and what they hold is unknown."""


class Encrypted(Malformed):
    """Some bytes are encrypted, and what they hold is unknown."""


def lost_as(error: Malformed) -> Literal["limit", "unsupported", "encrypted", "malformed"]:
    """Give the word for what was lost by an error."""
    if isinstance(error, Exhausted):
        return "limit"
    if isinstance(error, Encrypted):
        return "encrypted"
    return "unsupported" if isinstance(error, Unsupported) else "malformed"


class Budget(msgspec.Struct, kw_only=True):
    """What is left to spend on everything that was given."""

    unpack: int  # bytes that may come out of compressed parts
    look: int  # bytes of files that may be searched
    files: int  # files and folders that may be met
    texts: int = 2_000_000  # entries of tables that may be looked at
    depth: int = 10  # containers inside one another

    def unpacking(self, count: int) -> None:
        """Spend on unpacking; raises Exhausted."""
        self.unpack -= count
        if self.unpack < 0:
            raise Exhausted("more comes out of compressed parts than is unpacked")

    def looking(self, count: int) -> None:
        """Spend on bytes searched; raises Exhausted."""
        self.look -= count
        if self.look < 0:
            raise Exhausted("the files inside hold more bytes together than are searched")

    def meeting(self, count: int = 1) -> None:
        """Spend on files met; raises Exhausted."""
        self.files -= count
        if self.files < 0:
            raise Exhausted("there are more files than are looked at")

    def reading(self, count: int) -> None:
        """Spend on texts; raises Exhausted."""
        self.texts -= count
        if self.texts < 0:
            raise Exhausted("there are more texts and entries of tables than are looked at")


def budget_for(size: int) -> Budget:
    """Give the budget for input of a size in bytes."""
    return Budget(
        unpack=(64 << 20) + min(64 * size, 4 * size + (8 << 30)),
        look=(64 << 20) + 80 * size,
        files=min(100_000 + size // 64, 8_000_000),
        texts=2_000_000 + size // 4,
    )
