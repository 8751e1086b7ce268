"""Tokens: what looks like a digest in text, with its bytes.

The kernel finds those that begin as a digest of a known value does.

A token is a whole word of hexadecimal digits in one case, or of as many letters of base64 as a digest has.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vitne.kernel.sieve import BASE64, HEXADECIMAL, LONGEST, WORD, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

KEY = 4  # bytes of a digest that it is looked up by
LEAST = 8  # hexadecimal digits; LONGEST is the most
LETTERS = {22: 16, 27: 20, 38: 28, 43: 32, 64: 48, 86: 64}  # letters of base64 without padding -> bytes
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_IN, _BESIDE, _OUT = b"A", b"B", b" "  # a letter of a token, another one of words, all others
_HEX = bytes(
    ord(_IN if byte in b"0123456789abcdefABCDEF" else _BESIDE if byte in _ALPHABET else _OUT)
    for byte in range(256)
)
_BASE64 = bytes(ord(_IN if byte in _ALPHABET + b"+/-_" else _OUT) for byte in range(256))
_URL = bytes.maketrans(b"-_", b"+/")


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


def token_of(data: bytes, start: int, end: int, kind: int) -> Token | None:
    """Give a word of letters of one kind as what looks like a digest; None where it does not."""
    return (_base64 if kind == BASE64 else _hex)(data, start, end)


def looked_for(keys: Callable[[], npt.NDArray[np.uint32]]) -> Words:
    """Say how the kernel finds the tokens whose first ``KEY`` bytes, as a number, are among sorted keys."""
    letters, values, lengths = (np.zeros(size, dtype=np.uint8) for size in (256, 256, LONGEST))
    letters[list(_ALPHABET)] |= WORD
    letters[list(b"0123456789abcdefABCDEF")] |= HEXADECIMAL
    letters[list(_ALPHABET + b"+/-_")] |= BASE64
    for alphabet in (_ALPHABET + b"+/", _ALPHABET + b"-_"):
        values[list(alphabet)] = np.arange(64)
    lengths[list(LETTERS)] = 1
    return Words(letters, values, lengths, keys)


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
