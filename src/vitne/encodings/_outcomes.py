"""What came out of a text that may stand for other bytes: something, or the chance reading of a word."""

from __future__ import annotations

from vitne.encodings import encodings
from vitne.encodings._looks import media, packed, readable
from vitne.encodings._proto_fields import plausible
from vitne.model import Limits, Malformed

_SHORTEST_TEXT = 12  # bytes from which a readable outcome is no chance: below one in a hundred thousand
_SHORTEST_RECORD = 12  # bytes from which binary formats are asked
_ASKED = (
    "utf16", "msgpack", "cbor", "bson", "bplist", "der", "thrift", "java", "lzstring-raw", "deflate",
    "snappy", "lz4", "brotli",
)  # fmt: skip
_PROBE = Limits(size=4096, children=64)
_LONGEST = 64 << 10  # bytes up to which binary formats are asked


def telling(decoded: bytes) -> bool:
    """Say whether bytes speak for themselves by a first look: text, or a known beginning."""
    return packed(decoded) or (len(decoded) >= _SHORTEST_TEXT and readable(decoded))


def structured(decoded: bytes) -> bool:
    """Say whether some binary format reads the bytes to their last: no first look, it costs."""
    if not _SHORTEST_RECORD <= len(decoded) <= _LONGEST:
        return False
    if media(decoded) or plausible(decoded):
        return True
    known = encodings()
    for name in _ASKED:
        encoding = known.get(name)
        if encoding is None:
            continue
        try:
            child = next(iter(encoding.find(decoded, _PROBE)), None)
        except Malformed:
            continue
        if child is not None and child.start < 16:
            return True
    return False
