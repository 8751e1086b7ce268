"""Capture files written from timed frames: classic pcap in its four forms, and pcapng.

summary: writers of pcap and pcapng
specification: draft-ietf-opsawg-pcap; draft-ietf-opsawg-pcapng sections 4.1 to 4.3 and 3.5
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ETHERNET = 1
TimedFrame = tuple[int, bytes]  # nanoseconds UTC since 1970, bytes of the frame

_SECTION, _INTERFACE, _ENHANCED = 0x0A0D0D0A, 1, 6
_COMMENT, _HARDWARE, _OS, _APPLICATION = 1, 2, 3, 4  # options of a section; 1 of any block
_IF_NAME, _IF_DESCRIPTION, _IF_TSRESOL = 2, 3, 9


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a pcapng file says of itself; empty texts are left out."""

    comment: str = ""  # of the section
    application: str = ""  # shb_userappl
    interface: str = ""  # if_name
    description: str = ""  # if_description
    link_type: int = ETHERNET  # LINKTYPE_ value
    snap_length: int = 262144  # most bytes kept of a frame
    resolution: int = 9  # decimal digits of a second: 6 or 9


def pcap(
    frames: Iterable[TimedFrame], *, nanoseconds: bool = False, order: str = "<", link_type: int = ETHERNET
) -> bytes:
    """Give a classic pcap file; ``order`` is "<" for little-endian, ">" for big-endian."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link_type)]
    for time_ns, frame in frames:
        seconds, rest = divmod(time_ns, 10**9)
        fraction = rest if nanoseconds else rest // 1000
        out.extend((struct.pack(order + "IIII", seconds, fraction, len(frame), len(frame)), frame))
    return b"".join(out)


def pcapng(
    frames: Iterable[TimedFrame],
    about: About | None = None,
    *,
    order: str = "<",
    comments: dict[int, str] | None = None,
) -> bytes:
    """Give a pcapng file of one section with one interface; ``comments`` are by frame, counted from 1."""
    said = about or About()
    out = [_section(said, order), _interface(said, order)]
    for number, (time_ns, frame) in enumerate(frames, 1):
        ticks = time_ns if said.resolution == 9 else time_ns // 10 ** (9 - said.resolution)
        head = struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
        text = (comments or {}).get(number, "")
        out.append(block(_ENHANCED, head + padded(frame) + options([(_COMMENT, text)], order), order))
    return b"".join(out)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """Give a pcapng block; the body is padded already."""
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def options(pairs: Sequence[tuple[int, str | bytes]], order: str = "<") -> bytes:
    """Give the option list of a block: empty values are left out, no option means no list."""
    out = b""
    for code, value in pairs:
        raw = value.encode() if isinstance(value, str) else value
        if raw:
            out += struct.pack(order + "HH", code, len(raw)) + padded(raw)
    return out + bytes(4) if out else b""


def padded(data: bytes) -> bytes:
    """Fill up to a multiple of four bytes."""
    return data + bytes(-len(data) % 4)


def _section(about: About, order: str) -> bytes:
    """Give the section header block, of unknown section length (4.1)."""
    said = options([(_COMMENT, about.comment), (_APPLICATION, about.application)], order)
    return block(_SECTION, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + said, order)


def _interface(about: About, order: str) -> bytes:
    """Give the interface description block (4.2)."""
    said = options(
        [
            (_IF_NAME, about.interface),
            (_IF_DESCRIPTION, about.description),
            (_IF_TSRESOL, bytes([about.resolution])),
        ],
        order,
    )
    return block(_INTERFACE, struct.pack(order + "HHI", about.link_type, 0, about.snap_length) + said, order)
