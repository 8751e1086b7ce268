"""LZString in bytes, as compressToUint8Array gives it.

summary: text compressed by LZString, in bytes
specification: lz-string 1.5 (pieroxy.net/blog/pages/lz-string), the reference script

What fills up the last byte may be missing: a text cut off there is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._inflating import allowance
from vitne.encodings._lzstring import compress, decompress, letters, octets
from vitne.encodings._outcomes import telling
from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_SHORTEST = 8  # bytes of a stream
_LONGEST = 4 << 20  # bytes of a stream: each is eight letters while it is read
_GLANCE = 8  # bytes after which most data are given up
_PROBE = 32  # bytes after which the data are given up if a code stands for nothing
_PADDING = 32  # bits behind the end of the text, at the most
_RANDOM = 48  # bytes of an outcome that nothing else tells


class LzStringRaw(WholeRange):
    """Found only as the whole data, which have to end with the code for the end."""

    name = "lzstring-raw"
    summary = "text compressed by LZString, in bytes"
    specification = "lz-string 1.5, the reference script"
    family: Family = "binary"
    order = 60
    begins = frozenset(range(0x40))

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of data that begin with an ASCII letter and end with their text."""
        # two zeros for a letter of 8 bits, then that letter, its lowest bit first: the highest is zero
        if len(data) < _SHORTEST or data[0] & 0xC0 or data[1] & 0x40:
            return
        if decompress(_bits(data[:_GLANCE]), 4096) is None or decompress(_bits(data[:_PROBE]), 4096) is None:
            return
        if len(data) > _LONGEST:
            limits.tell(f"lzstring: a stream of more than {_LONGEST} bytes")
            return
        child = _read(data, limits)
        if child is not None and child.complete and (telling(child.data) or len(child.data) >= _RANDOM):
            yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the text of the whole data.  Raises Malformed where a code stands for nothing."""
        child = _read(data, limits) if len(data) <= _LONGEST else None
        if child is None or not child.data:
            raise Malformed("no LZString", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Compress again, in whole units of 16 bits."""
        bits = compress(letters(child.data))
        bits += "0" * (16 - len(bits) % 16)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _bits(data: bytes) -> str:
    return f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""


def _read(data: bytes, limits: Limits) -> Child | None:
    bits = _bits(data)
    got = decompress(bits, allowance(len(data), limits))
    if got is None:
        return None
    whole = got.whole and len(bits) - got.used <= _PADDING and "1" not in bits[got.used :]
    return Child(data=octets(got.text), start=0, end=len(data), complete=whole)


encoding = LzStringRaw()
