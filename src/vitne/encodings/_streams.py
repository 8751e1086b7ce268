"""Decompressors of the standard library that are fed in steps: bzip2 and xz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vitne.encodings._inflating import STEP

if TYPE_CHECKING:
    from collections.abc import Callable


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
