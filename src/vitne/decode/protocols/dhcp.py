"""DHCP for IPv4, and BOOTP with the same options.

summary: host name, hardware address, client id and maker of a device that joins a network
specification: RFC 2131 section 2; RFC 2132; RFC 3396 (long options); RFC 4702; RFC 3046; RFC 3004; RFC 3925
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from vitne.model import Fit, Gap, Malformed, Message, Oddity, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

COOKIE = b"\x63\x82\x53\x63"
_FIXED = 240  # bytes before the options
_KINDS = ("", "discover", "offer", "request", "decline", "ack", "nak", "release", "inform")
_FIELDS = {
    12: "host name",
    15: "domain name",
    17: "root path",
    43: "vendor options",
    50: "requested address",
    55: "parameter request list",
    56: "message",
    60: "vendor class",
    61: "client id",
    66: "server name",
    67: "boot file",
    77: "user class",
    81: "client FQDN",
    82: "relay agent information",
    97: "machine id",
    119: "domain search",
    124: "vendor-identifying vendor class",
    125: "vendor-identifying vendor information",
}
# masks, routers, servers, times, sizes and rapid commit: about the network, not about the device
_PLAIN = frozenset((1, 2, 3, 4, 6, 26, 28, 42, 44, 46, 51, 52, 53, 54, 57, 58, 59, 80, 108))
_Option = list[tuple[int, int]]  # the ranges of one option's data, in order


def shown(value: bytes) -> str:
    """Write text of a device: without trailing NULs, and what does not print as escapes."""
    text = value.rstrip(b"\0").decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)


def _scan(data: bytes, at: int, end: int, *, options: dict[int, _Option]) -> tuple[int, bool]:
    """Read options in [at, end); give where reading stopped and whether the end option was met."""
    while at < end:
        code = data[at]
        if code == 255:
            return at + 1, True
        if code == 0:
            at += 1
            continue
        if at + 2 > end or at + 2 + data[at + 1] > end:
            raise Malformed("an option is cut off", at=at)
        stop = at + 2 + data[at + 1]
        options.setdefault(code, []).append((at + 2, stop))
        at = stop
    return at, False


def _part(data: bytes, code: int, ranges: _Option) -> Part:
    """Make the part of one option; several ranges are one value (RFC 3396)."""
    start, end = ranges[0][0], ranges[-1][1]
    field = _FIELDS.get(code, f"option {code}")
    hints: tuple[str, ...] = ()
    joined = None if len(ranges) == 1 else b"".join(data[one:two] for one, two in ranges)
    if code == 81 and joined is None and end - start > 3:  # RFC 4702 section 2: flags and two codes first
        hints = ("dns-name",) if data[start] & 4 else ()
        start += 3
    return Part(
        path=f"option:{code}",
        start=start,
        end=end,
        field=field,
        hints=hints,
        data=joined,
        exact=joined is None,
    )


def _facts(data: bytes, options: dict[int, _Option], kind: str) -> list[tuple[str, str]]:
    """Say what names the device: hardware address, host name, leased address."""
    values = {code: b"".join(data[one:two] for one, two in ranges) for code, ranges in options.items()}
    facts = []
    if data[1] == 1 and data[2] == 6 and any(data[28:34]):
        facts.append(("client-mac", data[28:34].hex(":")))
    if values.get(12):
        facts.append(("host-name", shown(values[12])))
    if len(values.get(81, b"")) > 3:
        facts.append(("fqdn", _fqdn(values[81])))
    if values.get(60):
        facts.append(("vendor-class", shown(values[60])))
    if values.get(61):
        facts.append(("client-id", values[61].hex()))
    if values.get(55):
        facts.append(("fingerprint", ",".join(map(str, values[55]))))
    if len(values.get(50, b"")) == 4:
        facts.append(("requested-address", socket.inet_ntop(socket.AF_INET, values[50])))
    leased = data[16:20] if kind == "ack" and any(data[16:20]) else data[12:16]
    if any(leased):
        facts.append(("address", socket.inet_ntop(socket.AF_INET, leased)))
    return facts


def _fqdn(value: bytes) -> str:
    """Write the name of option 81: labels when the E flag is set, else ASCII (RFC 4702 section 2.3.1)."""
    if not value[0] & 4:
        return shown(value[3:])
    return shown(labels(value[3:]))


def labels(wire: bytes) -> bytes:
    """Join the labels of a name that may lack its end (RFC 4704 section 4.2); never raises."""
    out: list[bytes] = []
    at = 0
    while at < len(wire) and 0 < wire[at] < 64:
        out.append(wire[at + 1 : at + 1 + wire[at]])
        at += 1 + wire[at]
    return b".".join(out)


class Dhcp:
    """The DHCP datagrams of one flow."""

    name = "dhcp"
    summary = "host name, hardware address, client id and maker of a device that joins a network"
    specification = "RFC 2131; RFC 2132; RFC 3396; RFC 4702"
    first_bytes = {"udp": b"\x01\x02"}  # noqa: RUF012  (a constant of the class, read only)

    def __init__(self) -> None:
        self._datagrams = [0, 0]

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """Say how well a first datagram fits: operation, address length and cookie."""
        del side
        if transport != "udp" or len(head) < _FIXED or head[0] not in {1, 2} or head[2] > 16:
            return Fit.NO
        return Fit.CERTAIN if head[236:240] == COOKIE else Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take one datagram.  Raises Malformed when the fixed fields or the cookie are not there."""
        data = bytes(data)
        number = self._datagrams[side]
        self._datagrams[side] = number + 1
        if len(data) < _FIXED or data[236:240] != COOKIE:
            raise Malformed("the fixed fields of DHCP are cut off or without cookie", at=min(len(data), 236))
        options: dict[int, _Option] = {}
        broken: Malformed | None = None
        ended = False
        at = _FIXED
        try:
            at, ended = _scan(data, _FIXED, len(data), options=options)
            _overload(data, options)
        except Malformed as error:
            broken = error
        types = options.get(53)
        number53 = data[types[0][0]] if types and types[0][1] > types[0][0] else 0
        kind = (_KINDS[number53] if number53 < len(_KINDS) else "") or "bootp"
        yield Message(
            protocol="dhcp",
            kind=kind,
            side=side,
            start=0,
            end=len(data),
            datagram=number,
            complete=broken is None and ended,
            facts=tuple(_facts(data, options, kind)),
            parts=tuple(_parts(data, options)),
        )
        if broken is not None:
            place = broken.at or _FIXED
            yield Gap(kind="malformed", why=broken.why, offset=place, length=len(data) - place)
        elif not ended:
            yield Gap(kind="malformed", why="the options have no end", offset=len(data), length=0)
        elif data[at:].strip(b"\0"):
            yield Oddity(
                name="dhcp-trailing-bytes", note="bytes behind the end of the options", side=side, offset=at
            )

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:
        """Datagrams have no holes."""
        del side, length
        return iter(())

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """Nothing is left half-read."""
        del side
        return iter(())


def _overload(data: bytes, options: dict[int, _Option]) -> None:
    """Read options that stand in the fields file and sname (RFC 2132 section 9.3), in this order."""
    ranges = options.get(52)
    fields = data[ranges[0][0]] if ranges and ranges[0][1] > ranges[0][0] else 0
    if fields & 1:
        _scan(data, 108, 236, options=options)
    if fields & 2:
        _scan(data, 44, 108, options=options)


def _parts(data: bytes, options: dict[int, _Option]) -> Iterator[Part]:
    length = min(data[2], 16)
    if length and any(data[28 : 28 + length]):
        yield Part(path="chaddr", start=28, end=28 + length, field="client hardware address")
    overload = options.get(52)
    used = data[overload[0][0]] if overload and overload[0][1] > overload[0][0] else 0
    for path, start, size, bit in (("sname", 44, 64, 2), ("file", 108, 128, 1)):
        end = start + len(data[start : start + size].split(b"\0", 1)[0])
        if end > start and not used & bit:
            yield Part(path=path, start=start, end=end, field="server name" if bit == 2 else "boot file")
    for code, ranges in options.items():
        if code not in _PLAIN and ranges[-1][1] > ranges[0][0]:
            yield _part(data, code, ranges)


decoder = Dhcp
