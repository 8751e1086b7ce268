"""Heads of WebSocket frames, and the mask over what they carry (RFC 6455 sections 5.2 and 5.3)."""

from __future__ import annotations

from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_OPCODES = {CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG}
_LONGEST_CONTROL = 125  # bytes (section 5.5)
_LONGEST = 1 << 40  # bytes of a frame that is believed


class Frame(NamedTuple):
    """The head of a frame."""

    start: int  # stream offset
    head: int  # bytes of the head
    opcode: int
    final: bool  # the message ends with it
    compressed: bool  # the first reserved bit: permessage-deflate (RFC 7692 section 6)
    masked: bool
    mask: bytes  # four bytes, empty without
    length: int  # bytes of the payload


def head_of(data: bytes | bytearray, at: int, offset: int) -> Frame | None:
    """Read the head of a frame at a position of the data; None where more bytes are needed.

    A head that cannot be one has the opcode -1.
    """
    if at + 2 > len(data):
        return None
    first, second = data[at], data[at + 1]
    opcode, length = first & 0x0F, second & 0x7F
    size = 2 + {126: 2, 127: 8}.get(length, 0)
    masked = second >= 0x80
    if at + size + 4 * masked > len(data):
        return None
    if length > _LONGEST_CONTROL:
        length = int.from_bytes(data[at + 2 : at + size], "big")
    mask = bytes(data[at + size : at + size + 4]) if masked else b""
    bad = opcode not in _OPCODES or first & 0x30 or length > _LONGEST
    bad = bad or (opcode >= CLOSE and (length > _LONGEST_CONTROL or first & 0xC0 != 0x80))
    return Frame(
        start=offset + at,
        head=size + 4 * masked,
        opcode=-1 if bad else opcode,
        final=first >= 0x80,
        compressed=bool(first & 0x40),
        masked=masked,
        mask=mask,
        length=length,
    )


def unmask(content: bytes, mask: bytes, phase: int) -> bytes:
    """Undo a mask (section 5.3); ``phase`` is how many bytes of the payload come before these."""
    turn = phase & 3
    key = (mask[turn:] + mask[:turn]) * (len(content) // 4 + 1)
    size = len(content)
    return (int.from_bytes(content, "big") ^ int.from_bytes(key[:size], "big")).to_bytes(size, "big")
