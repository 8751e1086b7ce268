"""Tokens: what looks like a digest in text, with its bytes; in large buffers found by columns.

A token is a whole word of hexadecimal digits in one case, or of as many letters of base64 as a digest has.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

KEY = 4  # bytes of a digest that it is looked up by
LEAST, LONGEST = 8, 128  # hexadecimal digits
LARGE = 2048  # bytes from which columns are quicker than a pattern
LETTERS = {22: 16, 27: 20, 38: 28, 43: 32, 64: 48, 86: 64}  # letters of base64 without padding -> bytes
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_IN, _BESIDE, _OUT = b"A", b"B", b" "  # a letter of a token, another one of words, all others
_HEX = bytes(
    ord(_IN if byte in b"0123456789abcdefABCDEF" else _BESIDE if byte in _ALPHABET else _OUT)
    for byte in range(256)
)
_BASE64 = bytes(ord(_IN if byte in _ALPHABET + b"+/-_" else _OUT) for byte in range(256))
_URL = bytes.maketrans(b"-_", b"+/")
_VALUES = np.zeros(256, dtype=np.uint64)  # of a letter of base64
for _letters in (_ALPHABET + b"+/", _ALPHABET + b"-_"):
    _VALUES[list(_letters)] = np.arange(64)
_Words = tuple["npt.NDArray[np.int64]", "npt.NDArray[np.int64]"]
"""Begins and ends of words."""


class Token(NamedTuple):
    """What looks like a digest."""

    start: int  # half-open range in the data
    end: int
    raw: bytes  # its bytes
    written: tuple[str, tuple[tuple[str, Any], ...]]  # how they are written: codec and its options


def tokens(data: bytes) -> Iterator[Token]:
    """Yield what looks like a digest in text: what is hexadecimal, then what is base64."""
    for start, end in _cut_out(data.translate(_HEX), least=LEAST):
        token = _hex(data, start, end) if end - start <= LONGEST else None
        if token is not None:
            yield token
    for start, end in _cut_out(data.translate(_BASE64), least=min(LETTERS)):
        token = _base64(data, start, end)
        if token is not None:
            yield token


def _cut_out(marked: bytes, *, least: int) -> Iterator[tuple[int, int]]:
    """Yield the words that are made of letters of a token throughout, and have so many at least."""
    run = _IN * least
    at = marked.find(run)
    while at >= 0:
        end = marked.find(_OUT, at)
        end = len(marked) if end < 0 else end
        if not (at and marked[at - 1 : at] == _BESIDE) and marked.find(_BESIDE, at, end) < 0:
            yield at, end
        at = marked.find(run, end)


def tokens_among(data: bytes, keys: npt.NDArray[np.uint32]) -> Iterator[Token]:
    """Yield those tokens of a large buffer whose first ``KEY`` bytes, as a number, are among sorted keys."""
    units = np.frombuffer(data, dtype=np.uint8)
    lower = units | np.uint8(0x20)
    digit = _among(units, b"0", 10)
    word = digit | _among(lower, b"a", 26)
    starts, ends = _alone(*_words(digit | _among(lower, b"a", 6), LEAST), word)
    for start, end in _asked(keys, _first_of_hex(units, starts), starts, ends):
        token = _hex(data, start, end)
        if token is not None:
            yield token
    for mark in b"+/-_":
        word |= units == mark
    starts, ends = _words(word, min(LETTERS))
    for start, end in _asked(keys, _first_of_base64(units, starts), starts, ends):
        token = _base64(data, start, end)
        if token is not None:
            yield token


def _among(units: npt.NDArray[np.uint8], first: bytes, count: int) -> npt.NDArray[np.bool_]:
    """Say which bytes are one of so many from the first on."""
    among: npt.NDArray[np.bool_] = units - np.uint8(first[0]) < count
    return among


def _hex(data: bytes, start: int, end: int) -> Token | None:
    text = data[start:end]
    if len(text) % 2 or text.isalpha() or text not in {text.lower(), text.upper()}:
        return None
    return Token(start, end, binascii.unhexlify(text), ("hex", (("case", "lower"),)))


def _base64(data: bytes, start: int, end: int) -> Token | None:
    text = data[start:end]
    if len(text) not in LETTERS or text.isalpha() or text.isdigit():
        return None
    url = b"-" in text or b"_" in text
    raw = base64.b64decode(text.translate(_URL) + b"=" * (-len(text) % 4))
    return Token(start, end, raw, ("base64url" if url else "base64", (("shift", 0),)))


def _words(part: npt.NDArray[np.bool_], least: int) -> _Words:
    """Give begins and ends of what is so long at least, of the bytes that may be part of a word."""
    if len(part) < least:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    size = 1
    while size < least:  # of so many in a row only the first stays
        step = min(size, least - size)
        part = part[:-step] & part[step:]
        size += step
    turns = np.flatnonzero(part[1:] ^ part[:-1]) + 1
    edges = np.concatenate([[0] * int(part[0]), turns, [len(part)] * int(part[-1])]).astype(np.int64)
    return edges[0::2], edges[1::2] + least - 1


def _alone(starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], word: npt.NDArray[np.bool_]) -> _Words:
    """Keep words of whole bytes that no letter or digit stands beside and that are not too long."""
    before = (starts > 0) & word[np.maximum(starts - 1, 0)]
    behind = (ends < len(word)) & word[np.minimum(ends, len(word) - 1)]
    length = ends - starts
    own = ~before & ~behind & (length <= LONGEST) & (length & 1 == 0)
    return starts[own], ends[own]


def _first_of_hex(units: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Give the number that the first eight hexadecimal digits of each word write, all eight at one go."""
    if not len(starts):
        return np.zeros(0, dtype=np.uint32)
    every = np.ndarray(len(units) - 7, dtype="<u8", buffer=units, strides=(1,))  # eight bytes from each on
    eight = every[starts].astype(np.uint64)
    letter = eight >> np.uint64(6) & np.uint64(0x0101010101010101)
    value = (eight & np.uint64(0x0F0F0F0F0F0F0F0F)) + letter * np.uint64(9)
    value = (value << np.uint64(4) | value >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    value = (value | value >> np.uint64(8)) & np.uint64(0x0000FFFF0000FFFF)
    return (value | value >> np.uint64(16)).astype(np.uint32).byteswap()


def _first_of_base64(units: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Give the number that the first six letters of each word write, without its last four bits."""
    number = np.zeros(len(starts), dtype=np.uint64)
    for at in range(6):
        number = number << np.uint64(6) | _VALUES[units[starts + at]]
    return (number >> np.uint64(4)).astype(np.uint32)


def _asked(
    keys: npt.NDArray[np.uint32], first: npt.NDArray[np.uint32], *words: npt.NDArray[np.int64]
) -> list[tuple[int, ...]]:
    """Give the words whose first bytes are a key."""
    if not len(first) or not len(keys):
        return []
    own = keys[np.minimum(np.searchsorted(keys, first), len(keys) - 1)] == first
    return list(zip(*(column[own].tolist() for column in words), strict=True))
