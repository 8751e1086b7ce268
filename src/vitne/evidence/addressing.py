"""Addresses of devices in the headers of frames: of hardware, of IP, and of hardware inside IP.

Specifications: IEEE 802.3, the Linux cooked headers (LINKTYPE_LINUX_SLL and _SLL2), RFC 4291 appendix A.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from vitne.evidence.replacing import Replacer

_ETHERNET, _COOKED, _COOKED2 = (14, 18, 22), 16, 20  # bytes of the headers


class Addresses:
    """Replaces addresses; groups, far ends and local addresses that tell nobody's hardware stay."""

    def __init__(self, replacer: Replacer, own: Collection[str]) -> None:
        self._replacer = replacer
        self._own = {address for address in own if _global(address)}

    def link(self, header: bytes) -> bytes:
        """Replace the hardware addresses in the header of a link."""
        out = bytearray(header)
        size = len(out)
        places = (
            (0, 6) if size in _ETHERNET else (6,) if size == _COOKED else (12,) if size == _COOKED2 else ()
        )
        for at in places:
            own = bytes(out[at : at + 6])
            if not own[0] & 1 and any(own):
                out[at : at + 6] = self._hardware(own)
        return bytes(out)

    def ip(self, address: str) -> str:
        """Replace an address of IP: a device's public one, and hardware inside of any."""
        try:
            packed = bytearray(ipaddress.ip_address(address).packed)
        except ValueError:
            return address
        if address in self._own:
            packed = bytearray(ipaddress.ip_address(self._replacer.address(address)).packed)
            address = str(ipaddress.ip_address(bytes(packed)))
        elif len(packed) == 16 and packed[11:13] == b"\xff\xfe" and packed[0] != 0xFF:
            own = self._hardware(bytes([packed[8] ^ 2]) + bytes(packed[9:11]) + bytes(packed[13:]))
            packed[8:] = bytes([own[0] ^ 2]) + own[1:3] + b"\xff\xfe" + own[3:]
            return str(ipaddress.ip_address(bytes(packed)))
        return address

    def _hardware(self, own: bytes) -> bytes:
        return bytes.fromhex(self._replacer.value("mac-address", own.hex(":")).replace(":", ""))


def _global(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global or address.startswith("2001:db8:")
    except ValueError:
        return False
