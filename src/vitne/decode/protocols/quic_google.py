"""Google's QUIC before TLS: the clear CHLO and its tags.

Follows the public «QUIC Crypto» design document: a message is its tag, a count, and a table of tags with the
end offsets of their values.  Versions Q009 to Q046 write it in clear; Q050 covers it like an Initial packet.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_VERSION = re.compile(rb"[QT]0[0-9]{2}")
_MOST_TAGS = 128  # the format's own bound
_PERSONAL = {b"SNI\x00": "sni", b"UAID": "user-agent", b"STK\x00": "token"}


class Tag(NamedTuple):
    """One value of a CHLO."""

    path: str  # "sni", "user-agent" or "token"
    start: int  # half-open range in the data that was searched
    end: int


def clear_version(head: bytes) -> str:
    """Give the version of a clear Google QUIC header, "" where it is none.

    The public flags say by bit 0 that a version follows, by bit 3 that 8 bytes of connection id come before;
    Q046 has a long header with the version behind the first byte.
    """
    if len(head) < 14:
        return ""
    flags = head[0]
    at = 1 if flags & 0xC0 == 0xC0 else 9 if flags & 0x09 == 0x09 and not flags & 0xC0 else 0
    word = head[at : at + 4]
    return word.decode("ascii") if at and _VERSION.fullmatch(word) else ""


def read_chlo(data: bytes) -> tuple[Tag, ...] | None:
    """Find a CHLO and read its tags that say something about peer or user; None where there is none."""
    base = data.find(b"CHLO")
    if base < 0 or base + 8 > len(data):
        return None
    count = int.from_bytes(data[base + 4 : base + 6], "little")
    if count > _MOST_TAGS:
        return None
    values = base + 8 + 8 * count
    tags, start = [], 0
    for at in range(base + 8, min(values, len(data) - 7), 8):
        end = int.from_bytes(data[at + 4 : at + 8], "little")
        if end < start or values + end > len(data):
            break
        path = _PERSONAL.get(data[at : at + 4])
        if path and end > start:
            tags.append(Tag(path, values + start, values + end))
        start = end
    return tuple(tags)
