"""One look at a clean JSON document as a whole: most hold nothing that is asked for in any of their fields.

RFC 8259.  The texts and numbers are taken out without their places and paths, and asked about together.
Where anything may be asked for, or the document is not as plain as can be, the pass leaf by leaf decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from vitne.encodings._json_reader import Reader

if TYPE_CHECKING:
    from vitne.encodings import Sieve
    from vitne.encodings._escapes import Escapes
    from vitne.model import Child

_NUMBER = re.compile(rb"-?[0-9][0-9.eE+-]*")
_DIGITS = bytes(byte if byte in b"0123456789.eE+-" else 0x20 for byte in range(256))
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_SPACE = b" \t\r\n"
_SHORTEST = 256  # bytes of a document below which the pass leaf by leaf costs no more
_VALUES = msgspec.json.Decoder(msgspec.Raw)


class Glance:
    """What a document holds of which nothing is asked for."""

    __slots__ = ("count", "end", "first", "size")

    def __init__(self, first: Child, *, count: int, size: int, end: int) -> None:
        self.first = first  # the first leaf
        self.count = count  # leaves in all
        self.size = size  # bytes of all leaves
        self.end = end  # behind the last leaf


def glance(data: bytes, *, sieve: Sieve, escapes: Escapes, deepest: int) -> Glance | None:
    """Say what a document holds; None where anything in it may be asked for, and where it is not plain."""
    if sieve.nothing is None or sieve.ends or not _plain(data):
        return None
    quoted = data.split(b'"')
    between = quoted[::2]
    names, texts = _sorted_out(quoted[1::2], between[1:])
    outside = b'"'.join(between)
    numbers = outside.replace(b"true", b"").replace(b"false", b"").translate(_DIGITS).split()
    if not sieve.nothing(names, texts, numbers) or not clean(data) or not _shallow(outside, deepest):
        return None
    first = next(Reader(data, 0, 2).leaves(escapes), None)
    if first is None:
        return None
    size = sum(map(len, texts)) + sum(map(len, numbers))
    return Glance(first, count=len(texts) + len(numbers), size=size, end=_end(quoted, len(data)))


def _plain(data: bytes) -> bool:
    return len(data) >= _SHORTEST and data[0] in b"[{" and b"\\" not in data


def _sorted_out(strings: list[bytes], behind: list[bytes]) -> tuple[set[bytes], list[bytes]]:
    """Part names, which a colon follows, from texts."""
    names: set[bytes] = set()
    texts: list[bytes] = []
    for string, after in zip(strings, behind, strict=False):
        if after[:1] == b":" or (after[:1] in _SPACE and after.lstrip(_SPACE)[:1] == b":"):
            names.add(string)
        else:
            texts.append(string)
    return names, texts


def _end(quoted: list[bytes], size: int) -> int:
    """Give the position behind the last leaf: behind the last names, words and containers may stand."""
    at = size
    for index in range(len(quoted) - 1, -1, -2):
        piece = quoted[index]
        at -= len(piece)
        number = [found.end() for found in _NUMBER.finditer(piece)][-1:]
        if number:
            return at + number[0]
        if index and piece.lstrip(_SPACE)[:1] != b":":
            return at - 1
        at -= len(quoted[index - 1]) + 2
    return 0


def clean(data: bytes) -> bool:
    """Say whether the data are one document and nothing else, by the strict grammar."""
    try:
        _VALUES.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _shallow(outside: bytes, deepest: int) -> bool:
    """Say whether not too many containers stand one inside the other."""
    brackets = outside.translate(None, _NO_BRACKETS)
    if len(brackets) <= 2 * deepest:
        return True
    for _ in range(deepest):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return True
    return False
