"""Bodies of gRPC-web in their form as text: base64, which may be padded at each piece that was sent.

summary: pieces of base64, each padded for itself, one after the other
specification: gRPC-web protocol, section Protocol differences vs gRPC over HTTP2 (application/grpc-web-text)

The format has no end: a cut at a piece's end cannot be told from a whole text.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Any

from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_PIECE = re.compile(rb"([A-Za-z0-9+/]*+)(={0,2})")
_MOST_PIECES = 65_536


class GrpcWebText:
    """The one child is what all pieces hold together: messages of gRPC."""

    name = "grpc-web-text"
    summary = "pieces of base64, each padded for itself, one after the other"
    specification = "gRPC-web protocol, application/grpc-web-text"
    family: Family = "transfer"
    order = 30
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield nothing: such a text is not told from other base64 unless it is announced."""
        del data, limits
        yield from ()

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what the text holds.  Raises Malformed on letters of no base64."""
        out: list[bytes] = []
        ends: list[tuple[int, int]] = []  # per piece: letters with padding, and bytes so far
        at = size = 0
        while at < len(data) and size < limits.size and len(ends) < _MOST_PIECES:
            held, at = _piece(data, at)
            out.append(held)
            size += len(held)
            ends.append((at, size))
        if not out:
            raise Malformed("nothing in it", at=0)
        params: tuple[tuple[str, Any], ...] = (("pieces", tuple(ends)),) if len(ends) > 1 else ()
        yield Child(data=b"".join(out), start=0, end=at, params=params, complete=at == len(data))

    def wrap(self, child: Child) -> bytes:
        """Write each piece with its own padding."""
        before, out = 0, []
        for _, end in dict(child.params).get("pieces", ((0, len(child.data)),)):
            out.append(binascii.b2a_base64(child.data[before:end], newline=False))
            before = end
        return b"".join(out)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which letters hold bytes [start, end)."""
        del data
        pieces = dict(child.params).get("pieces", ((child.end - child.start, len(child.data)),))
        first = child.start + _letter(pieces, start)
        return first, max(first, child.start + _letter(pieces, end - 1) + 2) if end > start else first


def _piece(data: bytes, at: int) -> tuple[bytes, int]:
    """Decode the piece that begins at a place; raises Malformed where its letters do not come out even."""
    found = _PIECE.match(data, at)
    assert found is not None  # noqa: S101  (it matches anything)
    if found.end() == at or (found.end() - at) % 4:
        raise Malformed("letters of no base64, or some are missing", at=found.end())
    held = binascii.a2b_base64(found[0])
    if binascii.b2a_base64(held, newline=False) != found[0]:
        raise Malformed("base64 with bits behind its end", at=found.end())
    return held, found.end()


def _letter(pieces: tuple[tuple[int, int], ...], byte: int) -> int:
    """Say where the letter begins that holds a byte."""
    letters = held = 0
    for letters_end, held_end in pieces:
        if byte < held_end:
            return letters + (byte - held) * 8 // 6
        letters, held = letters_end, held_end
    return letters


encoding = GrpcWebText()
