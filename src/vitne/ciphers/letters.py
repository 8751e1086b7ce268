"""Base64, base32 and base58 in an alphabet of the sender's own, which the user hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.encodings import encodings
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Alphabet, Child, Limits

_UPPER, _LOWER, _DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
STANDARD = {
    64: ("base64", _UPPER + _LOWER + _DIGITS + "+/"),
    32: ("base32", _UPPER + "234567"),
    58: ("base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
}
"""By the number of letters: the encoding, and its letters in order (RFC 4648 sections 4 and 6)."""


class Lettered:
    """An encoding whose letters were exchanged: put back, it reads like the standard one."""

    specification = "RFC 4648 section 3.4: other alphabets"
    family: Family = "transfer"
    order = 0
    readable = False

    def __init__(self, alphabet: Alphabet) -> None:
        self.name, letters = STANDARD[len(alphabet.letters)]
        self.summary = f"{self.name} in a sender's own alphabet"
        self._alphabet = alphabet
        self._inner = encodings()[self.name]
        self.exact = self._inner.exact
        own, other = alphabet.letters.encode("ascii"), letters.encode("ascii")
        # letters of the standard that the sender does not use stand for nothing
        idle = bytes(byte for byte in other if byte not in own)
        spare = bytes(byte for byte in own if byte not in other)
        self._back = bytes.maketrans(own + idle, other + spare)
        self._forth = bytes.maketrans(other + spare, own + idle)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what the letters stand for, where it is something."""
        for child in self._inner.find(data.translate(self._back), limits):
            yield self._named(child)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what the whole data stand for.  Raises Malformed where they stand for nothing."""
        found = False
        for child in self._inner.unwrap(data.translate(self._back), limits):
            found = True
            yield self._named(child)
        if not found:
            raise Malformed("no letters of this alphabet", at=0)

    def wrap(self, child: Child) -> bytes:
        """Write the letters again."""
        params = tuple(each for each in child.params if each[0] != "letters")
        return self._inner.wrap(msgspec.structs.replace(child, params=params)).translate(self._forth)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which letters hold bytes [start, end) of the contents."""
        params = tuple(each for each in child.params if each[0] != "letters")
        plain = msgspec.structs.replace(child, params=params)
        return self._inner.locate(data.translate(self._back), plain, start, end)

    def _named(self, child: Child) -> Child:
        return msgspec.structs.replace(child, params=(*child.params, ("letters", self._alphabet.name)))
