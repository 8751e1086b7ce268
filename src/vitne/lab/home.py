"""What a home network says: addresses lent, names looked up, the time, and devices that announce themselves.

summary: builders of DHCPv4, DNS, mDNS, NTP and ARP messages
specification: RFC 2131, RFC 2132; RFC 1035; RFC 6762; RFC 5905 section 7.3
"""

from __future__ import annotations

import struct

import msgspec

from vitne.lab.packets import ip_bytes, mac_bytes

A, PTR, AAAA = 1, 12, 28
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """One loan of an address by DHCP."""

    mac: str  # of the client
    host_name: str
    address: str  # that is lent
    server: str  # that lends; also router and name server
    transaction: int  # 32 bits


def dhcp(lease: Lease, kind: int) -> bytes:
    """Give a DHCP message: 1 discover, 2 offer, 3 request, 5 acknowledgement (RFC 2132 9.6)."""
    answers = kind in {2, 5}
    yours = lease.address if answers else "0.0.0.0"  # noqa: S104  (an address field, nothing listens)
    head = struct.pack(">BBBBIHH", 2 if answers else 1, 1, 6, 0, lease.transaction, 2, 0)
    head += bytes(4) + ip_bytes(yours) + (ip_bytes(lease.server) if answers else bytes(4)) + bytes(4)
    head += mac_bytes(lease.mac) + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63"
    said = [(53, bytes([kind]))]
    if answers:
        said += [(54, ip_bytes(lease.server)), (51, struct.pack(">I", 43200)), (1, b"\xff\xff\xff\x00")]
        said += [(3, ip_bytes(lease.server)), (6, ip_bytes(lease.server)), (15, b"home.example")]
    else:
        said.append((61, b"\x01" + mac_bytes(lease.mac)))
        if kind == 3:
            said += [(50, ip_bytes(lease.address)), (54, ip_bytes(lease.server))]
        said += [(57, struct.pack(">H", 1500)), (60, b"android-dhcp-8.1.0")]
        said += [(12, lease.host_name.encode()), (55, bytes([1, 3, 6, 15, 26, 28, 51, 58, 59, 43]))]
    body = b"".join(struct.pack("BB", code, len(value)) + value for code, value in said) + b"\xff"
    return (head + body).ljust(300, b"\0")


def labels(name: str) -> bytes:
    """Give a domain name as labels without compression (RFC 1035 3.1)."""
    parts = [part.encode() for part in name.split(".") if part]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def dns_query(number: int, name: str, kind: int = A) -> bytes:
    """Ask for one record of a name, with recursion."""
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels(name) + struct.pack(">HH", kind, 1)


def dns_answer(number: int, name: str, addresses: tuple[str, ...], *, kind: int = A, ttl: int = 300) -> bytes:
    """Answer with the addresses of a name; none means that there is no such record."""
    out = struct.pack(">HHHHHH", number, 0x8180, 1, len(addresses), 0, 0)
    out += labels(name) + struct.pack(">HH", kind, 1)
    for address in addresses:
        raw = ip_bytes(address)
        out += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, ttl, len(raw)) + raw
    return out


def mdns_query(service: str) -> bytes:
    """Ask the network who offers a service (RFC 6762 5.2)."""
    return struct.pack(">HHHHHH", 0, 0, 1, 0, 0, 0) + labels(service) + struct.pack(">HH", PTR, 1)


def mdns_announce(name: str, address: str) -> bytes:
    """Announce the own name and address, flushing what others remember (RFC 6762 8.3)."""
    raw = ip_bytes(address)
    head = struct.pack(">HHHHHH", 0, 0x8400, 0, 1, 0, 0)
    return head + labels(name) + struct.pack(">HHIH", A, 0x8001, 120, len(raw)) + raw


def ntp(mode: int, time_ns: int, *, asked: bytes = b"") -> bytes:
    """Ask for the time (mode 3), or give it (mode 4) to whoever ``asked`` with these bytes."""
    now = _ntp_time(time_ns)
    if mode == 3:
        return struct.pack(">BBBb", 0x23, 0, 6, -20) + bytes(36) + now
    head = struct.pack(">BBBbII4s", 0x24, 2, 6, -23, 0x0000_0123, 0x0000_0456, ip_bytes("203.0.113.1"))
    return head + _ntp_time(time_ns - 64 * 10**9) + asked[40:48] + now + now


def _ntp_time(time_ns: int) -> bytes:
    """Give a 64-bit NTP time stamp."""
    seconds, rest = divmod(time_ns, 10**9)
    return struct.pack(">II", (seconds + _NTP_EPOCH) % 2**32, (rest << 32) // 10**9)
