"""Base32 in its dialects: standard, extended hex, Crockford's; upper or lower case, padded or not.

summary: five bytes as eight letters
specification: RFC 4648 sections 6 and 7; Crockford, Base 32 (crockford.com/base32.html)

Base32 has no end mark: a cut-off text cannot be told from a whole one, but where a letter is left over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.encodings._base64_lines import Lines
from vitne.encodings._outcomes import structured, telling
from vitne.encodings._tokens import MOST, tokens
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_CASE = re.compile(rb"[0-9A-Z]+|[0-9a-z]+")
_FILL = re.compile(rb"={1,6}(?![=0-9A-Za-z+/_-])")
_WHOLE = re.compile(rb"(?:[0-9A-Z]{2,}+(?:\r?\n[0-9A-Z]++)*+|[0-9a-z]{2,}+(?:\r?\n[0-9a-z]++)*+)=*+[\r\n]*+")
_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUV"  # what int() reads in base 32
_ALPHABETS = {
    "standard": b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "hex": _DIGITS,
    "crockford": b"0123456789ABCDEFGHJKMNPQRSTVWXYZ",
}
_TO_DIGITS = {name: bytes.maketrans(letters, _DIGITS) for name, letters in _ALPHABETS.items()}
_FROM_NUMBER = {name: letters.ljust(256) for name, letters in _ALPHABETS.items()}
_RANDOM = 52  # letters from which a token of the standard alphabet counts, whatever came out


class Base32:
    """Tokens that stand alone and decode to text or to a known format."""

    name = "base32"
    summary = "five bytes as eight letters"
    specification = "RFC 4648 sections 6 and 7; Crockford, Base 32"
    family: Family = "text"
    order = 31
    run = 16
    alone = True
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the data as a whole, over line ends, else tokens in them."""
        if b"\n" in data and _WHOLE.fullmatch(data):
            child = _read(data, 0, len(data), limits)
            if child is not None and _worth(data, child):
                yield child
                return
        count = 0
        found = tokens(data)
        if len(found) >= MOST:
            limits.tell(f"base32: {MOST} runs of letters, others were not looked at")
        for start, end in found:
            if _CASE.fullmatch(data, start, end) is None:
                continue
            fill = _FILL.match(data, end)
            child = _read(data, start, fill.end() if fill else end, limits)
            if child is not None and _worth(data, child):
                yield child
                count += 1
                if count >= limits.children:
                    return

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where other letters are in them."""
        child = _read(data, 0, len(data), limits) if _WHOLE.fullmatch(data) else None
        if child is None:
            raise Malformed("letters outside the base32 alphabets", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Write the contents in the alphabet, case, padding and lines of the captured text."""
        known = dict(child.params)
        text = _letters(child.data, known.get("alphabet", "standard"))
        if "last" in known:
            text = text[:-1] + known["last"].encode()
        if known.get("case") == "lower":
            text = text.lower()
        return Lines.of(child.params).join(text + b"=" * known.get("padding", -len(text) % 8))

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which letters hold bytes [start, end) of the contents."""
        del data
        lines = Lines.of(child.params)
        if start >= end:
            at = min(child.start + lines.position(start * 8 // 5), child.end)
            return at, at
        first, last = start * 8 // 5, (end * 8 - 1) // 5
        return child.start + lines.position(first), child.start + lines.position(last) + 1


def _letters(data: bytes, alphabet: str) -> bytes:
    """Write bytes in an alphabet, without padding."""
    if not data:
        return b""
    count = -(-len(data) * 8 // 5)
    whole = np.frombuffer(data + bytes(-len(data) % 5), dtype=np.uint8).reshape(-1, 5).astype(np.uint64)
    groups = np.zeros(len(whole), dtype=np.uint64)
    for column in range(5):
        groups = groups << np.uint64(8) | whole[:, column]
    digits = np.empty((len(whole), 8), dtype=np.uint8)
    for column in range(8):
        digits[:, column] = groups >> np.uint64(35 - 5 * column) & np.uint64(31)
    return digits.tobytes()[:count].translate(_FROM_NUMBER[alphabet])


def _read(data: bytes, start: int, end: int, limits: Limits) -> Child | None:
    raw = data[start : min(end, start + limits.size // 5 * 8)]
    letters, lines = Lines.split(raw)
    text = letters.rstrip(b"=")
    upper = text.upper()
    params: list[tuple[str, Any]] = []
    alphabet = next((name for name, known in _ALPHABETS.items() if not upper.translate(None, known)), None)
    if alphabet is None:
        return None
    if alphabet != "standard":
        params.append(("alphabet", alphabet))
    if text != upper:
        params.append(("case", "lower"))
    whole = len(raw) == end - start
    over = len(text) % 8
    if over in {1, 3, 6}:
        whole, over = False, over - 1
        text = text[:-1]
    if len(text) < 2:
        return None
    if not whole:
        letters = text
    decoded = _decoded(upper[: len(text)], alphabet)
    last = _letters(decoded[-(len(decoded) % 5) :], alphabet)[-1:] if over else b""
    if last and last != upper[len(text) - 1 : len(text)]:
        params.append(("last", upper[len(text) - 1 : len(text)].decode()))
    if len(letters) - len(text) != -len(text) % 8:
        params.append(("padding", len(letters) - len(text)))
    params += lines.params(len(letters), whole=whole)
    stop = end if whole else start + lines.position(len(letters) - 1) + 1
    return Child(data=decoded, start=start, end=stop, params=tuple(params), complete=whole)


def _decoded(text: bytes, alphabet: str) -> bytes:
    size = len(text) * 5 // 8
    return (int(text.translate(_TO_DIGITS[alphabet]), 32) >> (len(text) * 5 - size * 8)).to_bytes(size, "big")


def _worth(data: bytes, child: Child) -> bool:
    """Say whether what came out is something; long tokens without 0, 1, 8 and 9 are no chance."""
    if telling(child.data):
        return True
    if any(name == "alphabet" for name, _ in child.params):
        return False  # hexadecimal digits have letters of these alphabets alone
    if structured(child.data):
        return True
    if child.end - child.start < _RANDOM:
        return False
    token = data[child.start : child.end]
    return re.search(rb"[2-7]", token) is not None and re.search(rb"[A-Za-z]", token) is not None


encoding = Base32()
