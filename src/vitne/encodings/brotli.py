"""Brotli, which has neither magic nor check sum.

summary: compressed bytes, content coding br
specification: RFC 7932
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import brotli

from vitne.encodings._inflating import STEP, allowance
from vitne.encodings._looks import high_share, packed, readable
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
        if len(data) < 12:
            return
        child = _read(data, limits)
        if child is not None and not child.complete and len(child.data) >= allowance(len(data), limits):
            yield child  # more comes out than may
            return
        if child is None or not child.complete or len(child.data) * 2 < len(data):
            return
        if high_share(data) > 0.1 or (len(child.data) >= 8 and readable(child.data)) or packed(child.data):
            yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where no stream begins.

        The library refuses a stream with anything behind it, so its end is found by halving.
        """
        child = _read(data, limits)
        if child is None:
            good, bad = 0, len(data)
            while bad - good > 1:
                middle = (good + bad) // 2
                if _read(data[:middle], limits) is None:
                    bad = middle
                else:
                    good = middle
            child = _read(data[:good], limits)
        if child is None or (not child.data and not child.complete):
            raise Malformed("no brotli stream", at=0)
        yield child

    def wrap(self, child: Child) -> bytes:
        """Compress again; another compressor may have chosen other bytes for the same contents."""
        return bytes(brotli.compress(child.data, quality=5))


def _read(data: bytes, limits: Limits) -> Child | None:
    """Decompress as much as the bounds allow; None where the library finds a fault."""
    stream = brotli.Decompressor()
    out: list[bytes] = []
    room, position, finished = allowance(len(data), limits), 0, False
    try:
        while room > 0 and not finished:
            hungry = stream.can_accept_more_data()
            chunk = data[position : position + STEP] if hungry else b""
            if hungry and not chunk:
                break
            out.append(stream.process(chunk, output_buffer_limit=room))
            position += len(chunk)
            room -= len(out[-1])
            finished = stream.is_finished()
    except brotli.error:
        return None
    return Child(data=b"".join(out), start=0, end=position, complete=finished)


encoding = Brotli()
