"""Pieces: one known value shared out among fields that follow one another.

summary: a value whose parts are whole values of neighbouring fields, in their order
specification: none; a habit of senders

The first five characters are looked for; from there the value has to go on, piece by piece, with nothing but
marks and names between.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from vitne.identify.needles import Needle
from vitne.identify.overlaps import Found
from vitne.identify.spellings import spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.identify.sifting import Sifted
    from vitne.model import Node, Seed

HEAD = 5  # characters of the first piece at least
LEAST = 10  # characters of a value that may be shared out
SHORTEST = 2  # characters of every further piece
MOST_PIECES = 8
WAYS = 1e3  # ways to share out and to name the fields, for the E-value
MOST = 4096  # beginnings that are looked at in one search
_JOINT = re.compile(rb"[^0-9A-Za-z]{1,8}")
_NAME = re.compile(rb"[A-Za-z_$][0-9A-Za-z_.$\-]{0,31}[^0-9A-Za-z]{1,8}")
_NAMES = 3  # names between two pieces: of a closing and an opening element, of an attribute
_INNER = re.compile(rb"[0-9A-Za-z]")


class Shared(msgspec.Struct, kw_only=True, eq=False):
    """A value found in pieces."""

    found: Found  # from the begin of the first piece to the end of the last
    needle: Needle  # the value as it would stand in one
    pieces: int


class Pieces:
    """The beginnings of known values, ready to be looked for."""

    def __init__(self, seeds: Sequence[Seed]) -> None:
        self._values: dict[bytes, list[Needle]] = {}
        for row, seed in enumerate(seeds):
            for text, name, fold in _texts(seed):
                whole = Needle(seed=row, data=text, text=text, spelling=name, fold=fold, border="word")
                self._values.setdefault(text[:HEAD].lower(), []).append(whole)
        self.heads = tuple(sorted(self._values))  # what a first piece begins with, in lower case

    def find(self, nodes: Sequence[Node], sifted: Sequence[Sifted]) -> list[Shared]:
        """Find values in pieces, in nodes that hold text and in each of which such heads were found."""
        found: list[Shared] = []
        left = MOST
        for node, held in zip(nodes, sifted, strict=True):
            if not held.heads or len(node.data) <= LEAST:
                continue
            for at, head in held.heads[:left]:
                left -= 1
                if not at or not _INNER.match(node.data, at - 1):
                    found += self._at(node, at, self.heads[head])
        return found

    def _at(self, node: Node, at: int, head: bytes) -> Iterator[Shared]:
        for whole in self._values[head]:
            reached = _reach(node.data, at, whole)
            if reached is not None:
                end, pieces = reached
                one = Found(node=node, start=at, end=end, seed=whole.seed, needle=-1, layers=1)
                yield Shared(found=one, needle=whole, pieces=pieces)


def _texts(seed: Seed) -> Iterator[tuple[bytes, str, bool]]:
    if seed.origin != "subject" or seed.identifier == "location":
        return
    for spelling in spell(seed):
        text = spelling.text.encode()
        strong = spelling.coded and not spelling.weak and not spelling.tail
        if strong and len(text) >= LEAST and _INNER.match(text) and b" " not in text:
            yield text, spelling.name, spelling.fold


def _reach(data: bytes, at: int, whole: Needle) -> tuple[int, int] | None:
    """Follow a value from its begin through its pieces: the end of the last and how many there are."""
    value, pieces, done = whole.text, 0, 0
    while pieces < MOST_PIECES:
        step = _common(data, at, value[done:], fold=whole.fold)
        done, pieces, end = done + step, pieces + 1, at + step
        if step < (SHORTEST if pieces > 1 else HEAD) or _INNER.match(data, end):
            return None
        if done == len(value):
            return (end, pieces) if pieces > 1 else None
        following = _next(data, end, value[done : done + SHORTEST], fold=whole.fold)
        if following is None:
            return None
        at = following
    return None


def _common(data: bytes, at: int, value: bytes, *, fold: bool) -> int:
    """Count the characters that stand there as they do in the value."""
    here = data[at : at + len(value)]
    if fold:
        here, value = here.lower(), value.lower()
    if here == value:
        return len(value)
    return next((index for index, byte in enumerate(here) if byte != value[index]), len(here))


def _next(data: bytes, end: int, value: bytes, *, fold: bool) -> int | None:
    """Say where the next piece begins: behind marks, and behind up to three names and their marks."""
    joint = _JOINT.match(data, end)
    for _ in range(_NAMES + 1):
        if joint is None:
            return None
        if _common(data, joint.end(), value, fold=fold) == len(value):
            return joint.end()
        joint = _NAME.match(data, joint.end())
    return None
