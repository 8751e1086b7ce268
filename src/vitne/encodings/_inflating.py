"""Decompression in steps, so that no bomb gets more room than its bounds allow."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitne.model import Limits

FLOOR = 64 << 10  # bytes below which the ratio does not count
STEP = 64 << 10  # most wrapped bytes handed over at once


def allowance(wrapped: int, limits: Limits) -> int:
    """Give the most bytes that so many wrapped bytes may become."""
    return min(limits.size, max(FLOOR, limits.ratio * wrapped))


class Inflated:
    """What came out of one deflate stream."""

    __slots__ = ("data", "end", "finished", "why")

    def __init__(self, data: bytes, end: int, *, finished: bool, why: str) -> None:
        self.data = data  # bytes that came out
        self.end = end  # position behind the last byte that was read
        self.finished = finished  # the stream ended properly
        self.why = why  # "" or what is wrong with it


def inflate(data: bytes, start: int, wbits: int, *, most: int) -> Inflated:
    """Decompress one stream from a position; wbits as in zlib: 31 gzip, 15 zlib, -15 raw (RFC 1950-1952).

    The wrapped bytes go in by growing steps, the last eight one by one: a wrong check sum costs no contents.
    """
    whole = _at_once(data, start, wbits, most) if len(data) - start <= STEP else None
    return whole or _by_steps(data, start, wbits, most=most)


def _at_once(data: bytes, start: int, wbits: int, most: int) -> Inflated | None:
    """Decompress a stream that is whole and keeps its bounds; None for every other."""
    stream = zlib.decompressobj(wbits)
    try:
        out = stream.decompress(data[start:] if start else data, most) if most > 0 else b""
    except zlib.error:
        return None
    if not stream.eof:
        return None
    return Inflated(out, len(data) - len(stream.unused_data), finished=True, why="")


def _by_steps(data: bytes, start: int, wbits: int, *, most: int) -> Inflated:
    stream = zlib.decompressobj(wbits)
    out: list[bytes] = []
    room = most
    position, step = start, 512
    tail = max(start, len(data) - 8)
    why = ""
    while position < len(data) and not stream.eof and room > 0:
        stop = min(position + step, tail if position < tail else position + 1)
        chunk = data[position:stop]
        try:
            while chunk and room > 0 and not stream.eof:
                piece = stream.decompress(chunk, room)
                out.append(piece)
                room -= len(piece)
                chunk = stream.unconsumed_tail
        except zlib.error as error:
            why = str(error)
            break
        position = stop - len(stream.unused_data) - len(stream.unconsumed_tail)
        step = min(step * 4, STEP)
    return Inflated(b"".join(out), position, finished=stream.eof, why=why)
