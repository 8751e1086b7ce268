"""LZString: the LZ78 of web pages, its bits in base64, in letters for URLs, or in 15-bit units of UTF-16.

specification: pieroxy.net, lz-string (compressToBase64, compressToEncodedURIComponent, compressToUTF16)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from bench.leakbench.cargo import Cargo, Words

    Wrap = Callable[[Cargo, Random, Words], Cargo]

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
URI = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$"


class _Bits:
    """Collects numbers, their lowest bit first, in units that take the highest bit first."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def put(self, value: int, width: int) -> None:
        """Add the lowest bits of a value."""
        self.bits.extend(value >> at & 1 for at in range(width))

    def units(self, width: int) -> list[int]:
        """Give units of so many bits; there is always one that is not full, even if empty."""
        bits = [*self.bits, 0]
        bits += [0] * (-len(bits) % width)
        return [int("".join(map(str, bits[at : at + width])), 2) for at in range(0, len(bits), width)]


class _Compressor:
    """The dictionary: its numbers grow by one bit whenever they must."""

    def __init__(self) -> None:
        self.out = _Bits()
        self.known: dict[str, int] = {}
        self.fresh: set[str] = set()
        self.width = 2
        self.left = 2.0
        self.following = 3

    def _grow(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.left = 2**self.width
            self.width += 1

    def write(self, phrase: str) -> None:
        """Write a phrase: its number, or its one letter when that is new."""
        if phrase in self.fresh:
            wide = ord(phrase[0]) > 255
            self.out.put(1 if wide else 0, self.width)
            self.out.put(ord(phrase[0]), 16 if wide else 8)
            self._grow()
            self.fresh.discard(phrase)
        else:
            self.out.put(self.known[phrase], self.width)
        self._grow()

    def run(self, text: str) -> _Bits:
        """Compress a text."""
        phrase = ""
        for letter in text:
            if letter not in self.known:
                self.known[letter] = self.following
                self.following += 1
                self.fresh.add(letter)
            if phrase + letter in self.known:
                phrase += letter
                continue
            self.write(phrase)
            self.known[phrase + letter] = self.following
            self.following += 1
            phrase = letter
        if phrase:
            self.write(phrase)
        self.out.put(2, self.width)
        return self.out


def letters(data: bytes) -> str:
    """Give the text a script would hold: UTF-8 where it is such, else a letter for each byte."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
    return "".join(chr(unit) for unit in _units(text))


def _units(text: str) -> list[int]:
    raw = text.encode("utf-16-be")
    return [raw[at] << 8 | raw[at + 1] for at in range(0, len(raw), 2)]


def base64(data: bytes, alphabet: str = BASE64, *, pad: bool = True) -> bytes:
    """Give the bits six to a letter."""
    out = "".join(alphabet[unit] for unit in _Compressor().run(letters(data)).units(6))
    return (out + "=" * (-len(out) % 4 if pad else 0)).encode()


def utf16(data: bytes) -> bytes:
    """Give the bits fifteen to a letter, 32 added, as UTF-8; a space ends it."""
    units = _Compressor().run(letters(data)).units(15)
    return ("".join(chr(unit + 32) for unit in units) + " ").encode()


LAYERS: dict[str, Wrap] = {
    "lzstring": lambda cargo, _chance, _words: cargo.whole(base64(cargo.data), "lzstring"),
    "lzstring-uri": lambda cargo, _chance, _words: cargo.whole(
        base64(cargo.data, URI, pad=False), "lzstring"
    ),
    "lzstring-utf16": lambda cargo, _chance, _words: cargo.whole(utf16(cargo.data), "lzstring"),
}
