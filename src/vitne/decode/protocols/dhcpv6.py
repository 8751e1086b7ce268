"""DHCP for IPv6.

summary: DUID, host name and maker of a device that joins a network
specification: RFC 8415 sections 8, 9, 11 and 21; RFC 4704 (FQDN); RFC 6939 (client link-layer address)
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from vitne.decode.protocols.dhcp import labels, shown
from vitne.model import Fit, Gap, Malformed, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import Oddity

HOPS = 8  # most relays around a message (RFC 8415 section 7.6)
_KINDS = (
    "",
    "solicit",
    "advertise",
    "request",
    "confirm",
    "renew",
    "rebind",
    "reply",
    "release",
    "decline",
    "reconfigure",
    "information-request",
    "relay-forward",
    "relay-reply",
)
_FIELDS = {
    1: "client DUID",
    15: "user class",
    16: "vendor class",
    17: "vendor options",
    18: "interface id",
    24: "domain search",
    37: "remote id",
    38: "subscriber id",
    39: "client FQDN",
    79: "client link-layer address",
}
_INSIDE = {3: 12, 4: 4, 5: 24, 25: 12, 26: 25}  # option -> bytes before the options inside it
_PLAIN = frozenset((2, 6, 7, 8, 12, 13, 14, 19, 20, 23, 31, 32, 82, 83))  # about the server and the network


class _Reader:
    """One datagram: what was found in it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.kind = ""
        self.parts: list[Part] = []
        self.facts: list[tuple[str, str]] = []

    def message(self, at: int, end: int, hops: int) -> None:
        """Read a message, or a relay's envelope with the message inside (RFC 8415 section 9)."""
        data = self.data
        self.kind = _KINDS[data[at]] if at < end and 0 < data[at] < len(_KINDS) else "unknown"
        relay = at < end and data[at] in {12, 13}
        begin = at + (34 if relay else 4)
        if begin > end:
            raise Malformed("a header is cut off", at=at)
        if hops > HOPS:
            raise Malformed("more relays than are allowed", at=at)
        self.options((begin, end), hops, 0)

    def options(self, place: tuple[int, int], hops: int, depth: int) -> None:
        """Read the options in [at, end)."""
        at, end = place
        data = self.data
        while at < end:
            start = at + 4
            stop = start + int.from_bytes(data[at + 2 : start])
            if start > end or stop > end:
                raise Malformed("an option is cut off", at=at)
            code = int.from_bytes(data[at : at + 2])
            if code == 9:
                self.message(start, stop, hops + 1)
            elif code in _INSIDE:
                self._inside(code, (start, stop), depth)
            elif code not in _PLAIN and stop > start:
                self._one(code, start, stop)
            at = stop

    def _inside(self, code: int, place: tuple[int, int], depth: int) -> None:
        """Read an address or a group of addresses, with its own options."""
        start, stop = place
        if start + _INSIDE[code] > stop or depth > 3:
            raise Malformed("an address option is cut off or too deep", at=start)
        if code == 5:
            address = socket.inet_ntop(socket.AF_INET6, self.data[start : start + 16])
            self.facts.append(("address" if self.kind == "reply" else "requested-address", address))
        self.options((start + _INSIDE[code], stop), HOPS, depth + 1)

    def _one(self, code: int, start: int, stop: int) -> None:
        data = self.data
        field = _FIELDS.get(code, f"option {code}")
        value = data[start:stop]
        hints: tuple[str, ...] = ()
        if code == 1:
            self.facts.append(("client-id", value.hex()))
            self._mac(_link_address(value))
        elif code == 79 and len(value) == 8:
            self._mac(value[2:] if value[:2] == b"\0\1" else b"")
            start += 2
        elif code == 39 and len(value) > 1:  # flags first; the name may lack its end (RFC 4704 section 4)
            self.facts.append(("fqdn", shown(labels(value[1:]))))
            self.facts.append(("host-name", shown(labels(value[1:]).split(b".", 1)[0])))
            start += 1
            hints = ("dns-name",)
        elif code in {15, 16}:
            self._classes(code, start + (4 if code == 16 else 0), stop)
            return
        self.parts.append(Part(path=f"option:{code}", start=start, end=stop, field=field, hints=hints))

    def _mac(self, address: bytes) -> None:
        if len(address) == 6 and ("client-mac", address.hex(":")) not in self.facts:
            self.facts.append(("client-mac", address.hex(":")))

    def _classes(self, code: int, at: int, stop: int) -> None:
        """Read strings with their lengths (RFC 8415 sections 21.15 and 21.16)."""
        while at < stop:
            end = at + 2 + int.from_bytes(self.data[at : at + 2])
            if at + 2 > stop or end > stop:
                raise Malformed("a class is cut off", at=at)
            self.parts.append(Part(path=f"option:{code}", start=at + 2, end=end, field=_FIELDS[code]))
            if code == 16:
                self.facts.append(("vendor-class", shown(self.data[at + 2 : end])))
            at = end


def _link_address(duid: bytes) -> bytes:
    """Give the Ethernet address in a DUID-LLT or DUID-LL (RFC 8415 sections 11.2 and 11.4), empty without."""
    if duid[:4] == b"\0\1\0\1":
        return duid[8:]
    return duid[4:] if duid[:4] == b"\0\3\0\1" else b""


class Dhcpv6:
    """The DHCPv6 datagrams of one flow."""

    name = "dhcpv6"
    summary = "DUID, host name and maker of a device that joins a network"
    specification = "RFC 8415; RFC 4704; RFC 6939"
    first_bytes = {"udp": bytes(range(1, 14))}  # noqa: RUF012  (a constant of the class, read only)

    def __init__(self) -> None:
        self._datagrams = [0, 0]

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """Say how well a first datagram fits: a chain of known options that ends with the bytes."""
        del side
        if transport != "udp" or not head or not 0 < head[0] < len(_KINDS):
            return Fit.NO
        at = 34 if head[0] in {12, 13} else 4
        codes: set[int] = set()
        while at + 4 <= len(head):
            code = int.from_bytes(head[at : at + 2])
            if not 0 < code < 160 or code in codes - {3, 4, 17, 25, 16}:
                return Fit.NO
            codes.add(code)
            at += 4 + int.from_bytes(head[at + 2 : at + 4])
        if not codes & {1, 2, 6, 9}:
            return Fit.NO
        return Fit.CERTAIN if at == len(head) else Fit.PERHAPS

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take one datagram.  Raises Malformed when it is shorter than a header."""
        data = bytes(data)
        number = self._datagrams[side]
        self._datagrams[side] = number + 1
        if len(data) < 4:
            raise Malformed("a DHCPv6 header is cut off", at=0)
        reader = _Reader(data)
        broken: Malformed | None = None
        try:
            reader.message(0, len(data), 0)
        except Malformed as error:
            broken = error
        yield Message(
            protocol="dhcpv6",
            kind=reader.kind,
            side=side,
            start=0,
            end=len(data),
            datagram=number,
            complete=broken is None,
            facts=tuple(reader.facts),
            parts=tuple(reader.parts),
        )
        if broken is not None:
            at = broken.at or 0
            yield Gap(kind="malformed", why=broken.why, offset=at, length=len(data) - at)

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:
        """Datagrams have no holes."""
        del side, length
        return iter(())

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """Nothing is left half-read."""
        del side
        return iter(())


decoder = Dhcpv6
