"""Flights of TLS 1.3 as they look from outside: real-shaped hellos, and records of random bytes.

summary: ClientHello with server name, ServerHello, encrypted records
specification: RFC 8446 sections 4.1.2, 4.1.3 and 5; RFC 6066 section 3; RFC 8701
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

CHANGE_CIPHER = b"\x14\x03\x03\x00\x01\x01"
_SUITES = (
    0x1301,
    0x1302,
    0x1303,
    0xC02B,
    0xC02F,
    0xC02C,
    0xC030,
    0xCCA9,
    0xCCA8,
    0xC013,
    0xC014,
    0x9C,
    0x9D,
    0x2F,
)
_SIGNATURES = (0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)


def client_hello(chance: Random, host: str, *, protocols: tuple[str, ...] = ("h2", "http/1.1")) -> bytes:
    """Give the record of a ClientHello for a host name, with a GREASE value in front (RFC 8701)."""
    grease = 0x0A0A + 0x1010 * chance.randrange(16)
    name = host.encode()
    alpn = b"".join(bytes([len(p)]) + p.encode() for p in protocols)
    groups = struct.pack(">HHHH", grease, 0x1D, 0x17, 0x18)
    share = struct.pack(">HHBHH", grease, 1, 0, 0x1D, 32) + chance.randbytes(32)
    said = (
        (grease, b""),
        (0, _sized(b"\0" + _sized(name))),
        (23, b""),
        (0xFF01, b"\0"),
        (10, _sized(groups)),
        (11, b"\x01\0"),
        (35, b""),
        (16, _sized(alpn)),
        (5, b"\x01\0\0\0\0"),
        (13, _sized(struct.pack(">8H", *_SIGNATURES))),
        (18, b""),
        (51, _sized(share)),
        (45, b"\x01\x01"),
        (43, b"\x06" + struct.pack(">HHH", grease, 0x0304, 0x0303)),
    )
    suites = struct.pack(f">{len(_SUITES) + 1}H", grease, *_SUITES)
    body = b"\x03\x03" + chance.randbytes(32) + b"\x20" + chance.randbytes(32)
    body += _sized(suites) + b"\x01\0" + _extensions(said)
    return record(0x16, handshake(1, body), version=0x0301)


def server_flight(chance: Random, hello: bytes) -> bytes:
    """Give a ServerHello to a ClientHello record, and the encrypted rest of the flight, in one go."""
    own = server_hello(chance, hello)
    return own + CHANGE_CIPHER + encrypted(chance, chance.randrange(2200, 4200))


def server_hello(chance: Random, hello: bytes) -> bytes:
    """Give the record of a ServerHello to a ClientHello record: TLS 1.3, TLS_AES_128_GCM_SHA256."""
    session = hello[44:76]  # record head 5, handshake head 4, version 2, random 32, length 1
    said = ((51, struct.pack(">HH", 0x1D, 32) + chance.randbytes(32)), (43, b"\x03\x04"))
    body = b"\x03\x03" + chance.randbytes(32) + b"\x20" + session + b"\x13\x01\0" + _extensions(said)
    return record(0x16, handshake(2, body))


def client_finish(chance: Random) -> bytes:
    """Give the client's second flight."""
    return CHANGE_CIPHER + encrypted(chance, 53)


def encrypted(chance: Random, length: int) -> bytes:
    """Give records of application data that hold so many random bytes in all."""
    out = b""
    while length > 0:
        part = min(length, 16401)
        out += record(0x17, chance.randbytes(part))
        length -= part
    return out


def record(kind: int, body: bytes, *, version: int = 0x0303) -> bytes:
    """Give one record (RFC 8446 5.1)."""
    return struct.pack(">BHH", kind, version, len(body)) + body


def handshake(kind: int, body: bytes) -> bytes:
    """Give one handshake message (RFC 8446 4)."""
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _sized(data: bytes) -> bytes:
    """Put a 16-bit length before some bytes."""
    return struct.pack(">H", len(data)) + data


def _extensions(said: tuple[tuple[int, bytes], ...]) -> bytes:
    return _sized(b"".join(struct.pack(">H", kind) + _sized(body) for kind, body in said))
