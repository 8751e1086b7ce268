"""Compressed streams that may begin anywhere in some data, and decompressors that are fed in steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from vitne.encodings._inflating import STEP
from vitne.encodings._whole_range import WholeRange
from vitne.model import Malformed

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from vitne.model import Child, Limits

_REACH = 64 << 10  # how far into the data a stream is looked for
_TRIES = 16  # candidates that may fail before the search ends


class Streams(WholeRange):
    """Streams that begin with a mark, at any offset; all that the compressed formats share."""

    magic: ClassVar[re.Pattern[bytes]]  # what a stream begins with
    missing: ClassVar[str]  # what is wrong with data that begin with none

    def read(self, data: bytes, start: int, limits: Limits) -> Child | None:
        """Read what begins at a position with the mark; None where nothing comes out."""
        raise NotImplementedError

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield streams that begin within the first 64 KiB."""
        position = failed = 0
        while failed < _TRIES and (match := self.magic.search(data, position, _REACH)):
            child = self.read(data, match.start(), limits)
            if child is None:
                failed += 1
                position = match.end()
            else:
                yield child
                position = child.end

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the contents of the whole data.  Raises Malformed where no stream begins them."""
        child = self.read(data, 0, limits) if self.magic.match(data) else None
        if child is None:
            raise Malformed(self.missing, at=0)
        yield child


class _Stream(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Unpacked:
    """What came out of streams one behind the other."""

    __slots__ = ("data", "end", "whole")

    def __init__(self, data: bytes, end: int, *, whole: bool) -> None:
        self.data = data  # bytes that came out
        self.end = end  # position behind the last byte that was read
        self.whole = whole  # the last stream ended properly


def unpack(
    data: bytes, start: int, most: int, *, make: Callable[[], _Stream], errors: tuple[type[Exception], ...]
) -> Unpacked:
    """Decompress one stream from a position, in growing steps; what came before a fault is kept."""
    stream = make()
    out: list[bytes] = []
    room, position, step = most, start, 512
    try:
        while room > 0 and not stream.eof:
            piece = b""
            if stream.needs_input:
                piece = data[position : position + step]
                if not piece:
                    break
                position += len(piece)
                step = min(step * 4, STEP)
            got = stream.decompress(piece, room)
            room -= len(got)
            out.append(got)
    except errors:
        return Unpacked(b"".join(out), position, whole=False)
    return Unpacked(b"".join(out), position - len(stream.unused_data), whole=stream.eof)
