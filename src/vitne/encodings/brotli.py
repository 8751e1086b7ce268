"""Brotli, which has neither magic nor check sum.

summary: compressed bytes, content coding br
specification: RFC 7932
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import brotli

from vitne.encodings._inflating import STEP, allowance
from vitne.encodings._looks import high_share
from vitne.encodings._whole_range import WholeRange
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits


class Brotli(WholeRange):
    """Found only as the whole data: the stream has to end properly where the data end."""

    name = "brotli"
    summary = "compressed bytes, content coding br"
    specification = "RFC 7932"
    family: Family = "binary"
    order = 80

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the whole data where they are one stream that ends with them and gives half their bytes."""
        if len(data) < 12 or high_share(data) <= 0.1:
            return
        child, _ = _read(data, limits)
        if child and child.complete and child.end == len(data) and len(child.data) * 2 >= len(data):
            yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where no stream begins."""
        child, why = _read(data, limits)
        if child is None:
            raise Malformed(why or "no brotli stream", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Compress again; another compressor may have chosen other bytes for the same contents."""
        return bytes(brotli.compress(child.data, quality=5))


def _read(data: bytes, limits: Limits) -> tuple[Child | None, str]:
    stream = brotli.Decompressor()
    most = allowance(len(data), limits)
    out: list[bytes] = []
    room, position, why = most, 0, ""
    while room > 0 and not stream.is_finished():
        chunk = data[position : position + STEP] if stream.can_accept_more_data() else b""
        if not chunk and stream.can_accept_more_data():
            break
        try:
            piece = stream.process(chunk, output_buffer_limit=room)
        except brotli.error as error:
            why = str(error)
            break
        position += len(chunk)
        out.append(piece)
        room -= len(piece)
    contents = b"".join(out)[:most]
    finished = stream.is_finished()
    if (why and len(contents) * 2 < len(data)) or (not contents and not finished):
        return None, why
    return Child(data=contents, start=0, end=position, complete=finished), why


encoding = Brotli()
