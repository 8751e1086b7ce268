"""Steps: what senders do to a text before they take it for a key.

Each is a word, some with a number or the name of a field behind it: ``md5``, ``first 16``, ``pick pos``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LONGEST = 4096  # bytes of any text on the way
LONGEST_NUMBER = 40  # digits that are read as a number
MOST_PICKED = 64  # characters picked by their places
_PLAIN: dict[str, Callable[[bytes], bytes]] = {
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
    "hex": lambda data: data.hex().encode(),
    "unhex": binascii.unhexlify,
    "base64": base64.b64encode,
    "unbase64": base64.b64decode,
    "upper": bytes.upper,
    "lower": bytes.lower,
    "reverse": lambda data: data[::-1],
}
_NUMBERED: dict[str, Callable[[bytes, int], bytes]] = {
    "first": lambda data, count: data[:count],
    "last": lambda data, count: data[-count:],
    "from": lambda data, at: data[at:],
    "modulo": lambda data, by: str(_number(data) % by).encode(),
    "xor": lambda data, other: str(_number(data) ^ other).encode(),
    "plus": lambda data, other: str(_number(data) + other).encode(),
    "zeros": lambda data, length: data.ljust(length, b"\x00")[:length],
    "digits": lambda data, length: data.rjust(length, b"0"),
}


def _number(data: bytes) -> int:
    if not data.isdigit() or len(data) > LONGEST_NUMBER:
        raise Malformed("no number")
    return int(data)


def _pick(data: bytes, places: bytes) -> bytes:
    """Give the characters at places that a list tells, counted from zero."""
    told = places.translate(bytes.maketrans(b";|-_ ", b",,,,,")).strip(b"[]").split(b",")
    if not 0 < len(told) <= MOST_PICKED or not all(each.isdigit() and len(each) < 5 for each in told):
        raise Malformed("no list of places")
    at = [int(each) for each in told]
    if max(at) >= len(data):
        raise Malformed("a place behind the text")
    return bytes(data[each] for each in at)


def complaint(step: str) -> str:
    """Say what is wrong with a step; "" where nothing is."""
    word, _, rest = step.partition(" ")
    if word in _PLAIN:
        return "" if not rest else f"`{word}` stands alone"
    if word in _NUMBERED:
        return "" if rest.isdigit() and 0 < int(rest) < 1 << 63 else f"`{word}` needs a number above zero"
    if word == "pick":
        return "" if rest else "`pick` needs the word of a field"
    return f"`{word}` is none of {', '.join([*_PLAIN, *_NUMBERED, 'pick'])}"


def apply(data: bytes, steps: Sequence[str], told: Mapping[str, bytes]) -> bytes:
    """Do the steps one after the other; ``told`` holds fields by word.  Raises Malformed where one cannot."""
    for step in steps:
        word, _, rest = step.partition(" ")
        try:
            if word in _PLAIN:
                data = _PLAIN[word](data)
            elif word in _NUMBERED:
                data = _NUMBERED[word](data, int(rest))
            else:
                data = _pick(data, told.get(rest, b""))
        except (binascii.Error, ValueError) as error:
            raise Malformed(f"{word}: {error}") from None
        if len(data) > LONGEST:
            raise Malformed("longer than a key is made from")
    return data
