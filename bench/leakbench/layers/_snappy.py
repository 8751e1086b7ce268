"""Snappy written plainly: literals and copies with two-byte offsets.

specification: snappy format description; snappy framing format
"""

from __future__ import annotations

import struct


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _literal(data: bytes) -> bytes:
    out = b""
    while data:
        piece, data = data[:65536], data[65536:]
        size = len(piece) - 1
        if size < 60:
            out += bytes([size << 2])
        elif size < 256:
            out += bytes([60 << 2, size])
        else:
            out += bytes([61 << 2]) + struct.pack("<H", size)
        out += piece
    return out


def block(data: bytes) -> bytes:
    """Give a snappy block: the length of the content, then literals and copies."""
    seen: dict[bytes, int] = {}
    out, at, anchor = bytearray(_varint(len(data))), 0, 0
    while at + 4 <= len(data):
        word = data[at : at + 4]
        before = seen.get(word)
        seen[word] = at
        if before is None or at - before > 65535:
            at += 1
            continue
        length = 4
        while length < 64 and at + length < len(data) and data[before + length] == data[at + length]:
            length += 1
        out += _literal(data[anchor:at]) + bytes([(length - 1) << 2 | 2]) + struct.pack("<H", at - before)
        at = anchor = at + length
    return bytes(out) + _literal(data[anchor:])


def crc32c(data: bytes) -> int:
    """Give the Castagnoli CRC (RFC 3720 appendix B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def framed(data: bytes) -> bytes:
    """Give a framed stream: its name, then chunks of at most 65536 bytes with masked checksums."""
    out = b"\xff\x06\x00\x00sNaPpY"
    for at in range(0, max(len(data), 1), 65536):
        piece = data[at : at + 65536]
        packed = block(piece)
        crc = crc32c(piece)
        masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
        small = len(packed) < len(piece)
        body = struct.pack("<I", masked) + (packed if small else piece)
        out += bytes([0 if small else 1]) + len(body).to_bytes(3, "little") + body
    return out
