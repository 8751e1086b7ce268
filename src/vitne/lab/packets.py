"""Frames built from the inside out, with right lengths and checksums.

summary: Ethernet, VLAN, ARP, IPv4, IPv6, UDP, TCP and ICMPv6 builders
specification: IEEE 802.3; RFC 826; RFC 791; RFC 8200; RFC 768; RFC 9293; RFC 1071
"""

from __future__ import annotations

import ipaddress
import struct

import msgspec

BROADCAST = "ff:ff:ff:ff:ff:ff"
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
TCP, UDP, ICMPV6 = 6, 17, 58
ETHERTYPE_IPV4, ETHERTYPE_ARP, ETHERTYPE_IPV6, ETHERTYPE_VLAN = 0x0800, 0x0806, 0x86DD, 0x8100
DONT_FRAGMENT = 0x4000


class Ends(msgspec.Struct, frozen=True):
    """The two addresses of an IP packet; both of one version."""

    source: str  # textual address
    target: str  # textual address
    ttl: int = 64  # time to live, or hop limit

    def back(self) -> Ends:
        """Give the ends of an answer."""
        return Ends(self.target, self.source, self.ttl)


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """What a TCP header says beside its ports (RFC 9293 3.1)."""

    seq: int = 0  # number of the first byte
    ack: int = 0  # next number expected from the other side
    flags: int = ACK  # FIN, SYN, RST, PSH, ACK
    window: int = 0xFFFF  # as written, before scaling
    options: bytes = b""  # padded here to a multiple of 4


def internet_checksum(data: bytes) -> int:
    """Give the ones' complement of the ones' complement sum of 16-bit words (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def mac_bytes(mac: str) -> bytes:
    """Give the six bytes of a link address written with colons."""
    return bytes.fromhex(mac.replace(":", ""))


def ip_bytes(address: str) -> bytes:
    """Give the 4 or 16 bytes of an IP address."""
    return ipaddress.ip_address(address).packed


def ethernet(payload: bytes, source: str, target: str, *, kind: int = ETHERTYPE_IPV4) -> bytes:
    """Put a payload into an Ethernet II frame, without check sequence and padding, as captures show it."""
    return mac_bytes(target) + mac_bytes(source) + struct.pack(">H", kind) + payload


def vlan(payload: bytes, number: int, *, kind: int = ETHERTYPE_IPV4) -> bytes:
    """Put a payload behind a VLAN tag (IEEE 802.1Q); the frame around it has kind ETHERTYPE_VLAN."""
    return struct.pack(">HH", number & 0xFFF, kind) + payload


def arp(operation: int, sender: tuple[str, str], target: tuple[str, str]) -> bytes:
    """Ask (1) or answer (2) for an address; sender and target are (link address, IPv4 address)."""
    head = struct.pack(">HHBBH", 1, ETHERTYPE_IPV4, 6, 4, operation)
    return head + b"".join(mac_bytes(mac) + ip_bytes(address) for mac, address in (sender, target))


def ipv4(
    payload: bytes, ends: Ends, *, protocol: int, identification: int = 0, fragment: int = DONT_FRAGMENT
) -> bytes:
    """Put a payload behind an IPv4 header; ``fragment`` is the word of flags and offset (RFC 791 3.1)."""
    head = struct.pack(
        ">BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(payload),
        identification,
        fragment,
        ends.ttl,
        protocol,
        0,
        ip_bytes(ends.source),
        ip_bytes(ends.target),
    )
    return head[:10] + struct.pack(">H", internet_checksum(head)) + head[12:] + payload


def ipv6(payload: bytes, ends: Ends, *, protocol: int) -> bytes:
    """Put a payload behind an IPv6 header (RFC 8200 section 3)."""
    head = struct.pack(">IHBB", 0x60000000, len(payload), protocol, ends.ttl)
    return head + ip_bytes(ends.source) + ip_bytes(ends.target) + payload


def internet(payload: bytes, ends: Ends, *, protocol: int, identification: int = 0) -> bytes:
    """Put a payload behind the IP header that fits the addresses."""
    if ":" in ends.source:
        return ipv6(payload, ends, protocol=protocol)
    return ipv4(payload, ends, protocol=protocol, identification=identification)


def pseudo_header(ends: Ends, protocol: int, length: int) -> bytes:
    """Give what the checksums of UDP, TCP and ICMPv6 cover beside the packet (RFC 9293 3.1, RFC 8200 8.1)."""
    addresses = ip_bytes(ends.source) + ip_bytes(ends.target)
    if len(addresses) == 8:
        return addresses + struct.pack(">BBH", 0, protocol, length)
    return addresses + struct.pack(">IHBB", length, 0, 0, protocol)


def udp(payload: bytes, ends: Ends, ports: tuple[int, int]) -> bytes:
    """Put a payload behind a UDP header; ports are (source, target)."""
    head = struct.pack(">HHHH", *ports, 8 + len(payload), 0)
    total = internet_checksum(pseudo_header(ends, UDP, 8 + len(payload)) + head + payload)
    return head[:6] + struct.pack(">H", total or 0xFFFF) + payload


def tcp(payload: bytes, ends: Ends, ports: tuple[int, int], *, numbers: Numbers) -> bytes:
    """Put a payload behind a TCP header; ports are (source, target)."""
    options = numbers.options + b"\x01" * (-len(numbers.options) % 4)
    words = ((20 + len(options)) // 4) << 12 | numbers.flags
    head = struct.pack(
        ">HHIIHHHH", *ports, numbers.seq % 2**32, numbers.ack % 2**32, words, numbers.window, 0, 0
    )
    whole = head + options + payload
    total = internet_checksum(pseudo_header(ends, TCP, len(whole)) + whole)
    return whole[:16] + struct.pack(">H", total) + whole[18:]


def icmpv6(kind: int, body: bytes, ends: Ends) -> bytes:
    """Give an ICMPv6 message of a kind with code 0 (RFC 4443 section 2)."""
    head = struct.pack(">BBH", kind, 0, 0)
    total = internet_checksum(pseudo_header(ends, ICMPV6, 4 + len(body)) + head + body)
    return head[:2] + struct.pack(">H", total) + body


def multicast_mac(address: str) -> str:
    """Give the link address that stands for a multicast group (RFC 1112 6.4, RFC 2464 section 7)."""
    packed = ip_bytes(address)
    if len(packed) == 4:
        tail = bytes([packed[1] & 0x7F, packed[2], packed[3]])
        return (b"\x01\x00\x5e" + tail).hex(":")
    return (b"\x33\x33" + packed[12:]).hex(":")
