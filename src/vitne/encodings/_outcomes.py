"""What came out of a text that may stand for other bytes: something, or the chance reading of a word."""

from __future__ import annotations

import re

from vitne.encodings import encodings
from vitne.encodings._looks import media, packed, readable
from vitne.encodings._proto_fields import plausible
from vitne.model import Limits, Malformed

_SHORTEST_TEXT = 12  # bytes from which a readable outcome is no chance: below one in a hundred thousand
_SHORTEST_RECORD = 12  # bytes from which binary formats are asked
# by the first byte, where the format has one that tells
_BY_FIRST: dict[int, tuple[str, ...]] = {
    **dict.fromkeys(range(0x81, 0xA0), ("msgpack", "cbor")),
    **dict.fromkeys(range(0xA0, 0xC0), ("der", "cbor")),
    **dict.fromkeys(range(0x60, 0x80), ("der",)),
    **dict.fromkeys(range(0xDC, 0xE0), ("msgpack",)),
    0x30: ("der",), 0x31: ("der",), 0x0B: ("thrift",), 0x18: ("thrift",), 0x62: ("bplist",), 0xD9: ("cbor",),
    0xAC: ("java",), 0xC0: ("cbor",), 0xC1: ("cbor",),
}  # fmt: skip
_PLAIN = re.compile(rb"[0-9A-Za-z=&:\"<>{} ]")  # letters and marks of ASCII, in texts of other sets, too
_MARK = re.compile(rb"[=:{<][^=:{<]")  # of a record: other bytes read as another set by chance
_ANY_FIRST = ("deflate", "brotli", "snappy", "lz4", "lzstring-raw")
_PROBE = Limits(size=4096, children=64)
_FRONT = 16  # bytes that may stand before the first child
_LONG = 48  # bytes from which a cut-off format counts
_LONGEST = 64 << 10  # bytes up to which binary formats are asked


def telling(decoded: bytes) -> bool:
    """Say whether bytes speak for themselves by a first look: text, or a known beginning."""
    return packed(decoded) or (len(decoded) >= _SHORTEST_TEXT and readable(decoded))


def squeezed(decoded: bytes) -> bool:
    """Say whether bytes are one stream of deflate or brotli that ends with them."""
    known = encodings()
    for name in ("deflate", "brotli"):
        if next(iter(known[name].find(decoded, _PROBE)), None) is not None:
            return True
    return False


def structured(decoded: bytes) -> bool:
    """Say whether some binary format reads the bytes to their last: no first look, it costs."""
    if not _SHORTEST_RECORD <= len(decoded) <= _LONGEST:
        return False
    if media(decoded) or plausible(decoded):
        return True
    known = encodings()
    names = (*_BY_FIRST.get(decoded[0], ()), *_ANY_FIRST)
    if _MARK.search(decoded) and len(_PLAIN.findall(decoded)) * 4 >= len(decoded):
        names = ("charset", *names)
    if 0 in decoded:
        names = (*names, "utf16", "bson")
    for name in names:
        try:
            child = next(iter(known[name].find(decoded, _PROBE)), None)
        except Malformed:
            continue
        if child is not None and child.start < _FRONT and (child.complete or len(decoded) >= _LONG):
            return True
    return False
