"""Twin of vitne.evidence.addressing: no address of a device stays in a header, in whatever it is wrapped."""

from __future__ import annotations

import ipaddress

import pytest

from vitne.evidence.addressing import Addresses
from vitne.evidence.replacing import Replacer

REPLACER = Replacer(b"0123456789abcdef0123")
MAC = bytes.fromhex("00005e005301")
OTHER = bytes.fromhex(REPLACER.value("mac-address", MAC.hex(":")).replace(":", ""))
ADDRESSES = Addresses(REPLACER, {"2001:db8::7", "192.168.1.20"})


@pytest.mark.parametrize(
    ("before", "behind"),
    [(b"\xff" * 6, b"\x08\x00"), (b"\xff" * 6, b"\x81\0\0\x05\x08\0"), (b"\0\4\0\1\0\6", b"\0\0\x08\0"),
     (b"\x08\0\0\0\0\0\0\1\0\1\0\6", b"\0\0")],
    ids=["ethernet", "vlan", "cooked", "cooked 2"],
)  # fmt: skip
def test_hardware_addresses_are_replaced_where_each_header_has_them(before: bytes, behind: bytes) -> None:
    assert ADDRESSES.link(before + MAC + behind) == before + OTHER + behind


def test_groups_empty_addresses_and_unknown_headers_stay() -> None:
    for header in (b"\x01\0\x5e\0\0\1" + bytes(6) + b"\x08\0", b"", b"xyz"):
        assert ADDRESSES.link(header) == header


def test_public_addresses_of_the_device_are_replaced_and_others_stay() -> None:
    made = ADDRESSES.ip("2001:db8::7")
    assert made != "2001:db8::7"
    assert ipaddress.ip_address(made) in ipaddress.ip_network("2001:db8::/32")
    for other in ("2001:db8::8", "192.168.1.20", "198.51.100.9", "fe80::1", "no address"):
        assert ADDRESSES.ip(other) == other


def test_a_hardware_address_inside_an_address_of_ip_is_replaced() -> None:
    inside = bytes([OTHER[0] ^ 2]) + OTHER[1:3] + b"\xff\xfe" + OTHER[3:]
    wanted = str(ipaddress.ip_address(b"\xfe\x80" + bytes(6) + inside))
    assert ADDRESSES.ip("fe80::200:5eff:fe00:5301") == wanted
