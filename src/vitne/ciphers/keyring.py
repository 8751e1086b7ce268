"""The keyring: all keys of a scan, tried on bytes that nothing else could read.

What a key opened is a layer like any other: it names cipher, mode and key, never the key's bytes, and it can
be closed again to the very bytes of the capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from vitne.ciphers.bank import Bank
from vitne.ciphers.flowing import flowing_of
from vitne.ciphers.letters import Lettered
from vitne.ciphers.masks import Masks
from vitne.ciphers.opening import Lock, Way, locks_of
from vitne.encodings._looks import media, packed, readable
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vitne.encodings import Family, Gated
    from vitne.model import Alphabet, Key, Limits

SHORTEST = 8  # bytes below which no key is tried
MOST_MASKS = 4  # of the same bytes that are looked into
MOST_WAYS = 12  # readings of the same bytes that are looked into


class Opens(Protocol):
    """One key under one cipher."""

    key: Key

    def open(self, data: bytes) -> Iterator[Way]:
        """Yield what the key makes of the data."""
        ...

    def close(self, way: Way) -> bytes:
        """Give the data again."""
        ...


class Cipher:
    """One cipher with the keys there are for it: an encoding that only a keyring makes."""

    summary = "bytes under a key that was handed over, or that the message yields"
    specification = "of each cipher its own, see the module that has it"
    family: Family = "transfer"
    order = 0
    readable = False
    exact = True
    keyed = True  # what it opens went enciphered

    def __init__(self, name: str, locks: Sequence[Opens]) -> None:
        self.name = name
        self._locks = {lock.key.name: lock for lock in locks}
        self.locks = tuple(self._locks.values())

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what the keys make of the whole data."""
        yield from self.found(data, limits, self.locks)

    def found(self, data: bytes, limits: Limits, locks: Iterable[Opens]) -> Iterator[Child]:
        """Yield what some of the keys make of the whole data."""
        for lock in locks:
            for way in lock.open(data):
                yield _child(lock.key.name, way, data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what the keys make of the whole data.  Raises Malformed where none makes anything."""
        found = list(self.find(data, limits))
        if not found:
            raise Malformed("no key opens these bytes", at=0)
        yield from found

    def wrap(self, child: Child) -> bytes:
        """Encipher again with the key that the child names."""
        told = dict(child.params)
        way = Way(
            mode=told["mode"],
            plain=child.data,
            iv_from=told.get("iv-from", ""),
            iv=bytes.fromhex(told.get("iv", "")),
            padding=told.get("padding", "none"),
        )
        return self._locks[told["key"]].close(way)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Give the whole range: every byte of it speaks for the key."""
        del data, start, end
        return child.start, child.end


def _child(name: str, way: Way, data: bytes, limits: Limits) -> Child:
    params: list[tuple[str, Any]] = [("key", name), ("mode", way.mode)]
    if way.iv_from:
        params.append(("iv-from", way.iv_from))
    if way.iv:
        params.append(("iv", way.iv.hex()))
    if way.padding != "none":
        params.append(("padding", way.padding))
    whole = len(way.plain) <= limits.size
    return Child(data=way.plain[: limits.size], start=0, end=len(data), params=tuple(params), complete=whole)


class Keyring:
    """Keys and alphabets, ready to be tried."""

    def __init__(self, keys: Iterable[Key] = (), alphabets: Iterable[Alphabet] = ()) -> None:
        locks: dict[str, list[Opens]] = {}
        for key in keys:
            for lock in locks_of(key):
                locks.setdefault(lock.block.name, []).append(lock)
            for name, flowing in flowing_of(key):
                locks.setdefault(name, []).append(flowing)
        self._ciphers = [Cipher(name, each) for name, each in locks.items()]
        self._bank = Bank(lock for cipher in self._ciphers for lock in cipher.locks)
        self._masks = Masks(lock for each in locks.values() for lock in each if isinstance(lock, Lock))
        self._letters = [Lettered(alphabet) for alphabet in alphabets]

    def __bool__(self) -> bool:
        return bool(self._ciphers or self._letters)

    def open(self, data: bytes, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give what the keys make of bytes, and the alphabets of text; the likeliest first."""
        if readable(data):
            return [(one, child) for one in self._letters for child in one.find(data, limits)]
        if len(data) < SHORTEST or media(data):
            return []
        if len(data) % 8 and data.endswith(b"\x00"):  # texts of base85 are filled up before they are written
            data = data.rstrip(b"\x00")
        promising = self._bank.promising(data)
        found: list[tuple[Gated, Child]] = [
            (cipher, child)
            for cipher in self._ciphers
            for child in cipher.found(data, limits, [lock for lock in cipher.locks if id(lock) in promising])
        ]
        speaking = [each for each in found if readable(each[1].data) or packed(each[1].data)]
        return (speaking or found)[:MOST_WAYS]

    def masked(self, data: bytes) -> list[int]:
        """Give the bytes that, combined with each byte of the data, give what some key opens; few."""
        if len(data) < SHORTEST or readable(data) or media(data):
            return []
        return self._masks.find(data)[:MOST_MASKS]
