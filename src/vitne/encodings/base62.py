"""Base62: a big number in digits and letters, in any of the three orders that are in use.

summary: a big number in digits and letters
specification: none; the alphabets 0-9A-Za-z, 0-9a-zA-Z and A-Za-z0-9 as libraries in use have them

The format has no end: a cut-off text cannot be told from a whole one.  Zeros before the
number are NULs, as in base58.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from vitne.encodings._outcomes import telling
from vitne.encodings._radix import LONGEST, BigNumber, raw_of, token_of
from vitne.encodings._tokens import MOST, tokens
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_DIGITS, _UPPER, _LOWER = (
    text.encode() for text in (string.digits, string.ascii_uppercase, string.ascii_lowercase)
)
_ALPHABETS = {
    "digits-upper-lower": _DIGITS + _UPPER + _LOWER,
    "digits-lower-upper": _DIGITS + _LOWER + _UPPER,
    "upper-lower-digits": _UPPER + _LOWER + _DIGITS,
}
_VALUES = {
    name: bytes(max(letters.find(byte), 0) for byte in range(256)) for name, letters in _ALPHABETS.items()
}
_KINDS = (re.compile(rb"[0-9]"), re.compile(rb"[A-Z]"), re.compile(rb"[a-z]"))


class Base62(BigNumber):
    """Tokens that stand alone and decode to text or to a known format."""

    name = "base62"
    summary = "a big number in digits and letters"
    specification = "none; the three alphabets in use"
    family: Family = "text"
    order = 33
    run = 16
    alone = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield tokens of all three kinds of letters that decode to something."""
        count = 0
        found = tokens(data)
        if len(found) >= MOST:
            limits.tell(f"base62: {MOST} runs of letters, others were not looked at")
        for start, end in found:
            token = data[start:end]
            if not all(kind.search(token) for kind in _KINDS):
                continue
            if end - start > LONGEST:
                limits.tell(f"base62: a number of more than {LONGEST} letters")
                continue
            child = _best(token, start)
            if child is not None and len(child.data) <= limits.size:
                yield child
                count += 1
                if count >= limits.children:
                    return

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed on other letters and on too many."""
        text = data.strip(b"\r\n\t ")
        every = _ALPHABETS["digits-upper-lower"]
        if not text or text.translate(None, every) or len(text) > LONGEST or len(text) > limits.size:
            raise Malformed("not letters and digits, or too many", at=0)
        start = data.find(text)
        yield _best(text, start) or _child(text, start, next(iter(_ALPHABETS)))

    def wrap(self, child: Child) -> bytes:
        """Write the contents as a number in the alphabet of the captured text."""
        return token_of(child.data, _ALPHABETS[dict(child.params)["alphabet"]])


def _child(token: bytes, start: int, alphabet: str) -> Child:
    raw = raw_of(token, _ALPHABETS[alphabet], _VALUES[alphabet])
    params = (("alphabet", alphabet),)
    return Child(data=raw, start=start, end=start + len(token), params=params)


def _best(token: bytes, start: int) -> Child | None:
    """Give the reading that is something."""
    each = [_child(token, start, name) for name in _ALPHABETS]
    for child in each:
        if telling(child.data):
            return child
    return None


encoding = Base62()
