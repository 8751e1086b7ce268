"""DHCP and DHCPv6: any bytes."""

from __future__ import annotations

from vitne.decode.protocols.dhcp import COOKIE, Dhcp
from vitne.decode.protocols.dhcpv6 import Dhcpv6
from vitne.model import Malformed, Message

_MAC = bytes.fromhex("00005e005301")
_HEAD = bytes([1, 1, 6, 0]) + bytes(24) + _MAC.ljust(16, b"\0") + b"\x0c\x02hi\xff".ljust(192, b"\0") + COOKIE
SEEDS = [
    _HEAD + b"\x35\x01\x03\x34\x01\x03\x0c\x04Toms\x3d\x07\x01" + _MAC + b"\x51\x09\x04\0\0\x04toms\0\xff",
    b"\x01abc\0\x01\0\x0e\0\x01\0\x01aaaa"
    + _MAC
    + b"\0\x03\0\x28"
    + bytes(12)
    + b"\0\x05\0\x18"
    + bytes(24)
    + b"\0\x27\0\x07\x01\x04toms\0",
    b"\x0c\0" + bytes(32) + b"\0\x4f\0\x08\0\x01" + _MAC + b"\0\x09\0\x0a\x0babc\0\x06\0\x02\0\x17",
]


def one(data: bytes) -> None:
    """Read the data as a datagram of each kind."""
    for decoder in (Dhcp(), Dhcpv6()):
        try:
            for item in decoder.feed(0, data[:65535]):
                if isinstance(item, Message):
                    assert all(0 <= part.start <= part.end <= len(data) for part in item.parts)
        except Malformed:
            continue
