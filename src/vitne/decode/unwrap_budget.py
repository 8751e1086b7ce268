"""What unwrapping one message may cost, counted in bytes and steps and never by the clock."""

from __future__ import annotations

import hashlib

from vitne.model import Gap, Limits

_SMALL = 64  # bytes up to which the data are their own digest


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

    def limits(self) -> Limits:
        """Give the bounds of one encoding at one go, as far as the budget goes."""
        size = min(Limits().size, max(self.size, 1))
        return Limits(size=size, children=max(1, min(Limits().children, self.leaves)), told=self._own)

    def first_time(self, data: bytes) -> bool:
        """Say whether these bytes were not opened before in this message."""
        key = data if len(data) <= _SMALL else b"\x00" * 65 + hashlib.blake2b(data, digest_size=16).digest()
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def reached(self, bound: str, length: int = 0) -> None:
        """Take note that a bound kept so many bytes from being looked at."""
        self._reached[bound] = self._reached.get(bound, 0) + length

    def gaps(self) -> list[Gap]:
        """Give one Gap for each bound that was reached since it was last told."""
        out = []
        for bound in sorted(self._reached.keys() | self._own):
            if bound not in self._told:
                self._told.add(bound)
                length = self._reached.get(bound, 0)
                out.append(Gap(kind="limit", why=f"unwrapping stopped: {bound}", length=length or None))
        return out
