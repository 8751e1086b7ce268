"""What unwrapping one message may cost, counted in bytes and steps and never by the clock."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from vitne.model import Gap, Limits

_SMALL = 64  # bytes up to which the data are their own digest
_MOST = Limits()  # of one encoding at one go


class Spent(NamedTuple):
    """What unwrapping one part took of a budget."""

    nodes: int
    leaves: int
    size: int
    work: int
    asked: frozenset[bytes]  # what was asked whether it was opened before


_NONE = Spent(0, 0, 0, 0, frozenset())


class Budget:
    """Bounds for one message, shared by its parts.  Spent is spent: make a new one for each message."""

    def __init__(
        self,
        *,
        nodes: int = 400,
        leaves: int = 16384,
        size: int = 32 << 20,
        work: int = 512 << 20,
        depth: int = 8,
    ) -> None:
        self.nodes = nodes  # nodes that may still be opened and give children
        self.leaves = leaves  # nodes that may still be given
        self.size = size  # unwrapped bytes that may still come out
        self.work = work  # bytes that may still be looked at, once for each encoding tried
        self.depth = depth  # decodings one inside the other, beyond those a message announces
        self._seen: set[bytes] = set()
        self._reached: dict[str, int] = {}
        self._told: set[str] = set()
        self._own: set[str] = set()  # bounds that encodings tell of themselves
        self._whole: Limits | None = None  # the bounds of an encoding while there is room for all of them
        self._before: tuple[int, int, int, int] | None = None  # while somebody watches: what was left before
        self._asked: set[bytes] = set()  # and what was asked since
        self._hindered = False  # and whether another part or a bound kept something from being opened

    def limits(self) -> Limits:
        """Give the bounds of one encoding at one go, as far as the budget goes."""
        if self.size >= _MOST.size and self.leaves >= _MOST.children:
            if self._whole is None:
                self._whole = Limits(told=self._own)
            return self._whole
        size = min(_MOST.size, max(self.size, 1))
        return Limits(size=size, children=max(1, min(_MOST.children, self.leaves)), told=self._own)

    def first_time(self, data: bytes) -> bool:
        """Say whether these bytes were not opened before in this message."""
        key = data if len(data) <= _SMALL else b"\x00" * 65 + hashlib.blake2b(data, digest_size=16).digest()
        if self._before is not None:
            self._hindered |= key in self._seen and key not in self._asked
            self._asked.add(key)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def reached(self, bound: str, length: int = 0) -> None:
        """Take note that a bound kept so many bytes from being looked at."""
        self._reached[bound] = self._reached.get(bound, 0) + length

    def watch(self) -> None:
        """Take note of what is spent from now on."""
        self._before = (self.nodes, self.leaves, self.size, self.work)
        self._asked = set()
        self._hindered = bool(self._reached or self._own)

    def watched(self) -> Spent | None:
        """Give what was spent since; None where the budget, or what was opened before, had a say in it."""
        assert self._before is not None  # noqa: S101  (asked of who watches)
        nodes, leaves, size, work = self._before
        self._before = None
        spent = Spent(
            nodes - self.nodes,
            leaves - self.leaves,
            size - self.size,
            work - self.work,
            frozenset(self._asked),
        )
        free = not (self._hindered or self._reached or self._own) and self._ample(_NONE)
        return spent if free else None

    def affords(self, spent: Spent) -> bool:
        """Say whether the same may be spent again, with nothing of it opened before and no bound near."""
        return self._ample(spent) and self._seen.isdisjoint(spent.asked) and not (self._reached or self._own)

    def spend(self, spent: Spent) -> None:
        """Take what was spent before."""
        self.nodes -= spent.nodes
        self.leaves -= spent.leaves
        self.size -= spent.size
        self.work -= spent.work
        self._seen |= spent.asked

    def _ample(self, spent: Spent) -> bool:
        """Say whether so much is left that no encoding is bounded by it."""
        room = self.leaves - spent.leaves >= _MOST.children and self.size - spent.size >= _MOST.size
        return room and self.nodes > spent.nodes and self.work > spent.work

    def gaps(self) -> list[Gap]:
        """Give one Gap for each bound that was reached since it was last told."""
        if not self._reached and not self._own:
            return []
        out = []
        for bound in sorted(self._reached.keys() | self._own):
            if bound not in self._told:
                self._told.add(bound)
                length = self._reached.get(bound, 0)
                out.append(Gap(kind="limit", why=f"unwrapping stopped: {bound}", length=length or None))
        return out
