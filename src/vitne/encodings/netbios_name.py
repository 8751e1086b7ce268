"""NetBIOS names in first-level encoding: each half byte as a letter from A to P.

summary: NetBIOS names, two letters a byte
specification: RFC 1001 section 14.1; RFC 1002 section 4.1

A name is 16 bytes: up to 15 of text, padded with spaces (a wild card with NUL), and one byte that says what
kind of service has the name.  A proper prefix is no name and is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_NAME = re.compile(rb"(?<![A-Za-z0-9])[A-P]{32}(?![A-Za-z0-9])")
_TEXT = re.compile(rb"[\x21-\x7e\x80-\xff][\x20-\x7e\x80-\xff]*\Z")
_LETTERS = bytes(range(65, 81))


def _decode(coded: bytes) -> bytes:
    return bytes((coded[at] - 65) << 4 | (coded[at + 1] - 65) for at in range(0, len(coded), 2))


class NetbiosName:
    """The encoding of NetBIOS names."""

    name = "netbios-name"
    summary = "NetBIOS names, two letters a byte"
    specification = "RFC 1001 section 14.1"
    family: Family = "transfer"
    order = 70
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield names anywhere in the data: 32 letters from A to P that stand alone and hold text."""
        for count, match in enumerate(_NAME.finditer(data)):
            if count >= limits.children:
                return
            child = self._child(match[0], match.start())
            if _TEXT.match(child.data):
                yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the one name that the whole data are.  Raises Malformed."""
        if len(data) != 32:
            raise Malformed("a NetBIOS name has 32 letters", at=min(len(data), 32))
        if data.strip(_LETTERS):
            raise Malformed("a NetBIOS name has letters from A to P only")
        if limits.size >= 15 and limits.children >= 1:
            yield self._child(data, 0)

    @staticmethod
    def _child(coded: bytes, start: int) -> Child:
        plain = _decode(coded)
        pad = plain[14] if plain[14] in {0, 32} else 32
        text = plain[:15].rstrip(bytes([pad]))
        params = (("suffix", plain[15]), ("pad", pad))
        return Child(data=text, start=start, end=start + 32, params=params)

    def wrap(self, child: Child) -> bytes:
        """Give the 32 letters."""
        params = dict(child.params)
        plain = child.data.ljust(15, bytes([params.get("pad", 32)])) + bytes([params.get("suffix", 0)])
        return bytes(letter for byte in plain for letter in (65 + (byte >> 4), 65 + (byte & 15)))

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which letters hold bytes [start, end) of the name."""
        del data
        return child.start + 2 * start, child.start + 2 * end


encoding = NetbiosName()
