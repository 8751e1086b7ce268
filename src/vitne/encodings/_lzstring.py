"""The bit stream of LZString: codes of growing width, the lowest bit first, into a dictionary of phrases."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BYTE, _WIDE, _END = 0, 1, 2  # codes: a letter of 8 bits, one of 16, the end of the text


class Unpacked:
    """What came out of one stream."""

    __slots__ = ("text", "used", "whole")

    def __init__(self, text: str, used: int, *, whole: bool) -> None:
        self.text = text  # UTF-16 units, one a letter
        self.used = used  # bits read
        self.whole = whole  # the end was reached


class _Widths:
    """How many bits the next code has: one more each time the dictionary has doubled."""

    __slots__ = ("bits", "left")

    def __init__(self) -> None:
        self.bits = 2
        self.left = 2

    def step(self) -> None:
        """Take note of a new phrase."""
        self.left -= 1
        if not self.left:
            self.left, self.bits = 1 << self.bits, self.bits + 1


def _value(bits: str) -> int:
    return int(bits[::-1], 2)


def decompress(bits: str, most: int) -> Unpacked | None:
    """Read a stream, given as 0 and 1, up to so many letters; None where a code stands for nothing.

    Where the bits end before the text does, what was read so far is given.  A letter is written out once, the
    first time; a stream that writes it out again was not made by LZString.
    """
    phrases: list[str] = ["", "", ""]
    written: set[str] = set()
    out: list[str] = []
    before, at, size, widths = "", 0, 0, _Widths()
    while size < most and at + widths.bits <= len(bits):
        code, end = _value(bits[at : at + widths.bits]), at + widths.bits
        if code == _END:
            return Unpacked("".join(out), end, whole=True)
        if code in {_BYTE, _WIDE}:
            start, end = end, end + (8 if code == _BYTE else 16)
            if end > len(bits):
                break
            code, letter = len(phrases), chr(_value(bits[start:end]))
            if letter in written:
                return None
            written.add(letter)
            phrases.append(letter)
            widths.step()
        at = end
        if code > len(phrases) or (code == len(phrases) and not before):
            return None
        entry = phrases[code] if code < len(phrases) else before + before[0]
        out.append(entry)
        size += len(entry)
        if before:
            phrases.append(before + entry[0])
        widths.step()
        before = entry
    return Unpacked("".join(out), at, whole=False)


def compress(text: str) -> str:
    """Write a stream as 0 and 1."""
    known: dict[str, int] = {}
    fresh: set[str] = set()
    out: list[str] = []
    phrase, widths = "", _Widths()

    def put(value: int, size: int) -> None:
        out.append(f"{value:0{size}b}"[::-1])

    def emit(one: str) -> None:
        if one in fresh:
            wide = ord(one) > 255
            put(_WIDE if wide else _BYTE, widths.bits)
            put(ord(one), 16 if wide else 8)
            widths.step()
            fresh.remove(one)
        else:
            put(known[one], widths.bits)
        widths.step()

    for letter in text:
        if letter not in known:
            known[letter] = len(known) + 3
            fresh.add(letter)
        if phrase + letter in known:
            phrase += letter
            continue
        emit(phrase)
        known[phrase + letter] = len(known) + 3
        phrase = letter
    if phrase:
        emit(phrase)
    put(_END, widths.bits)
    return "".join(out)


def letters(data: bytes) -> str:
    """Give the units that stand for bytes: UTF-16 of a text in UTF-8, else a unit for each byte."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")
    raw = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(raw[at] << 8 | raw[at + 1]) for at in range(0, len(raw), 2))


def octets(text: str) -> bytes:
    """Give the bytes that units stand for: text as UTF-8, where it is no text and may be bytes these."""
    if _CONTROL.search(text[:4096]) and max(text) <= "\xff":
        return text.encode("latin-1")
    whole = "".join(text).encode("utf-16-be", "surrogatepass")
    return whole.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
