"""LZ4 written plainly: literals and the matches that a table of four-byte words finds.

specification: LZ4 block format description; LZ4 frame format description 1.6.1; xxHash specification (XXH32)
"""

from __future__ import annotations

import struct

P1, P2, P3, P4, P5 = 2654435761, 2246822519, 3266489917, 668265263, 374761393
MASK = 0xFFFFFFFF


def _rotate(value: int, by: int) -> int:
    return (value << by | value >> 32 - by) & MASK


def xxh32(data: bytes, seed: int = 0) -> int:
    """Give the 32-bit xxHash."""
    at = 0
    if len(data) >= 16:
        lanes = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK]
        while at + 16 <= len(data):
            for lane, word in enumerate(struct.unpack_from("<4I", data, at)):
                lanes[lane] = _rotate((lanes[lane] + word * P2) & MASK, 13) * P1 & MASK
            at += 16
        total = sum(_rotate(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True)) & MASK
    else:
        total = (seed + P5) & MASK
    total = (total + len(data)) & MASK
    while at + 4 <= len(data):
        total = _rotate((total + struct.unpack_from("<I", data, at)[0] * P3) & MASK, 17) * P4 & MASK
        at += 4
    for byte in data[at:]:
        total = _rotate((total + byte * P5) & MASK, 11) * P1 & MASK
    total = (total ^ total >> 15) * P2 & MASK
    total = (total ^ total >> 13) * P3 & MASK
    return total ^ total >> 16


def _length(count: int) -> bytes:
    """Give the bytes that follow a nibble of 15."""
    out = bytearray()
    while count >= 255:
        out.append(255)
        count -= 255
    return bytes([*out, count])


def _sequence(literals: bytes, match: tuple[int, int] | None) -> bytes:
    """Give one sequence: literals, then a copy of (distance, length) where there is one."""
    low = min(match[1] - 4, 15) if match else 0
    token = min(len(literals), 15) << 4 | low
    out = bytes([token]) + (_length(len(literals) - 15) if len(literals) >= 15 else b"") + literals
    if match:
        out += struct.pack("<H", match[0]) + (_length(match[1] - 19) if match[1] >= 19 else b"")
    return out


def block(data: bytes) -> bytes:
    """Give an LZ4 block; the last five bytes are literals and no match begins in the last twelve."""
    seen: dict[bytes, int] = {}
    out, at, anchor = bytearray(), 0, 0
    while at < len(data) - 12:
        word = data[at : at + 4]
        before = seen.get(word)
        seen[word] = at
        if before is None or at - before > 65535:
            at += 1
            continue
        length = 4
        while at + length < len(data) - 5 and data[before + length] == data[at + length]:
            length += 1
        out += _sequence(data[anchor:at], (at - before, length))
        at = anchor = at + length
    return bytes(out) + _sequence(data[anchor:], None)


def frame(data: bytes) -> bytes:
    """Give an LZ4 frame of one block with a checksum of the content."""
    head = b"\x64\x40"  # version 1, blocks by themselves, content checksum; blocks up to 64 KiB
    out = b"\x04\x22\x4d\x18" + head + bytes([xxh32(head) >> 8 & 255])
    for at in range(0, max(len(data), 1), 65536):
        piece = data[at : at + 65536]
        packed = block(piece)
        if len(packed) < len(piece):
            out += struct.pack("<I", len(packed)) + packed
        else:
            out += struct.pack("<I", len(piece) | 1 << 31) + piece
    return out + struct.pack("<II", 0, xxh32(data))
