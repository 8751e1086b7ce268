"""Writing packets as pcapng: one section, one interface for each link type, nanoseconds, comments.

Specification: draft-ietf-opsawg-pcapng sections 4.1 (section), 4.2 (interface), 4.3 (enhanced packet), 3.5.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_COMMENT, _APPLICATION, _RESOLUTION = 1, 4, 9
_LONGEST = 4000  # bytes of a comment
_WRAP = 1 << 64


class Frame(NamedTuple):
    """One packet to be written."""

    time_ns: int  # nanoseconds UTC since 1970
    link_type: int  # LINKTYPE_ value
    length: int  # bytes it had on the wire
    data: bytes
    comment: str = ""


def write(frames: Iterable[Frame], comment: str) -> bytes:
    """Give a file with these frames in this order; ``comment`` is of the section."""
    out = [_block(_SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _about(comment))]
    interfaces: dict[int, int] = {}
    for frame in frames:
        if frame.link_type not in interfaces:
            interfaces[frame.link_type] = len(interfaces)
            head = struct.pack("<HHI", frame.link_type, 0, 0)
            out.append(_block(_INTERFACE, head + _option(_RESOLUTION, b"\x09") + _END))
        stamp = frame.time_ns % _WRAP
        head = struct.pack(
            "<IIIII",
            interfaces[frame.link_type],
            stamp >> 32,
            stamp & 0xFFFFFFFF,
            len(frame.data),
            frame.length,
        )
        tail = _option(_COMMENT, _cut(frame.comment)) + _END if frame.comment else b""
        out.append(_block(_PACKET, head + _padded(frame.data) + tail))
    return b"".join(out)


def _about(comment: str) -> bytes:
    return _option(_COMMENT, _cut(comment)) + _option(_APPLICATION, b"vitne") + _END


def _cut(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")[:_LONGEST].decode("utf-8", "ignore").encode()


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


_END = struct.pack("<HH", 0, 0)


def _block(kind: int, body: bytes) -> bytes:
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def packet_at(data: bytes) -> Callable[[int], int]:
    """Give what tells the number, from 0, of the packet in whose block a byte of our file stands; else -1."""
    starts, kinds, at = [], [], 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        starts.append(at)
        kinds.append(kind == _PACKET)
        at += max(length, 12)
    numbers = list(accumulate(kinds))

    def number(place: int) -> int:
        block = bisect_right(starts, place) - 1
        return numbers[block] - 1 if block >= 0 and kinds[block] else -1

    return number
