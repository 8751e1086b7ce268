"""Base58 as Bitcoin writes it: a big number in letters and digits that cannot be mistaken for one another.

summary: a big number in 58 letters and digits
specification: The Base58 Encoding Scheme (draft-msporny-base58-03); Bitcoin Base58Check

The format has no end: a cut-off text cannot be told from a whole one.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from vitne.encodings._outcomes import structured, telling
from vitne.encodings._radix import LONGEST, BigNumber, raw_of, token_of
from vitne.encodings._tokens import MOST, tokens
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = bytes(max(_ALPHABET.find(byte), 0) for byte in range(256))
_KINDS = (re.compile(rb"[1-9]"), re.compile(rb"[A-Z]"), re.compile(rb"[a-z]"))
_LONG = 20  # letters from which binary formats are asked what they make of the outcome
_RANDOM = 100  # letters in which 0, O, I and l would not be missing by chance


class Base58(BigNumber):
    """Tokens that stand alone and decode to text or to a known format, or end in their check sum."""

    name = "base58"
    summary = "a big number in 58 letters and digits"
    specification = "draft-msporny-base58-03; Bitcoin Base58Check"
    family: Family = "text"
    order = 32
    run = 16
    alone = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield tokens of all three kinds of letters that decode to something."""
        count = 0
        found = tokens(data)
        if len(found) >= MOST:
            limits.tell(f"base58: {MOST} runs of letters, others were not looked at")
        for start, end in found:
            token = data[start:end]
            if token.translate(None, _ALPHABET) or not all(kind.search(token) for kind in _KINDS):
                continue
            if end - start > LONGEST:
                limits.tell(f"base58: a number of more than {LONGEST} letters")
                continue
            child = _child(token, start)
            if len(child.data) <= limits.size and _worth(token, child.data):
                yield child
                count += 1
                if count >= limits.children:
                    return

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed on other letters and on too many."""
        text = data.strip(b"\r\n\t ")
        if not text or text.translate(None, _ALPHABET) or len(text) > LONGEST or len(text) > limits.size:
            raise Malformed("letters outside the base58 alphabet, or too many", at=0)
        yield _child(text, data.find(text))

    def wrap(self, child: Child) -> bytes:
        """Write the contents as a number again, a digit 1 for each NUL before it."""
        return token_of(child.data, _ALPHABET)


def _child(token: bytes, start: int) -> Child:
    return Child(data=raw_of(token, _ALPHABET, _VALUES), start=start, end=start + len(token))


def _worth(token: bytes, raw: bytes) -> bool:
    if telling(raw):
        return True
    if len(raw) >= 25 and hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]:
        return True
    return len(token) >= _RANDOM or (len(token) >= _LONG and structured(raw))


encoding = Base58()
