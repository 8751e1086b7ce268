"""Destinations: the name of an address and how it is known, its registrable domain, its scope."""

from __future__ import annotations

import bisect
import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from vitne.model.findings import Destination

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

    from vitne.model.findings import HostSource, Scope

_CORE_TUNNELS = ("gtp",)


class Names:
    """Names of addresses as DNS answers in the capture told them, each with the time it was told.

    An answer to one device says nothing about another device, so answers are kept per asker.
    """

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._sorted = True

    def learn(self, asker: str, address: str, *, name: str, time_ns: int) -> None:
        """Note that ``asker`` (a device key) was told that ``address`` belongs to ``name``."""
        self._told.setdefault((asker, address), []).append((time_ns, name.lower().rstrip(".")))
        self._sorted = False

    def absorb(self, other: Names) -> None:
        """Take all that another was told."""
        for key, entries in other._told.items():
            self._told.setdefault(key, []).extend(entries)
        self._sorted = False

    def name(self, asker: str, address: str, *, time_ns: int) -> str:
        """Give the latest name told to the asker before that time, "" without one."""
        if not self._sorted:
            for entries in self._told.values():
                entries.sort()
            self._sorted = True
        entries = self._told.get((asker, address), [])
        position = bisect.bisect_right(entries, (time_ns, "\U0010ffff"))
        return entries[position - 1][1] if position else ""


@lru_cache(maxsize=2)
def _suffixes(*, encoded: bool) -> PublicSuffixList:
    """Load the list; with rules in their encoded form ("xn--") it takes five times as long."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_encoded_idn=encoded)


@lru_cache(maxsize=65536)
def domain_of(host: str) -> str:
    """Give the registrable domain of a host name by the public suffix list, "" for addresses and words."""
    host = host.rstrip(".").lower()
    if not host or "." not in host or len(host) > 253 or _address(host) is not None:
        return ""
    return str(_suffixes(encoded="xn--" in host).privatesuffix(host) or "")


@lru_cache(maxsize=65536)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


_LOCAL_NETS = tuple(
    ipaddress.ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fe80::/10", "fc00::/7")
)
_CARRIER_NAT = ipaddress.ip_network("100.64.0.0/10")


@lru_cache(maxsize=65536)
def scope_of(ip: str, tunnel: str = "", near: str = "") -> Scope:
    """Say how far an address reaches: internet, local-network, multicast, operator-core or this-device.

    RFC 1918, 4193, 3927 and 4291 for local ranges, RFC 6598 (100.64/10) for the inside of an operator.
    ``near`` is the address of the device: what shares its /24 (IPv4) or /64 (IPv6) is on its own network.
    """
    address = _address(ip)
    if address is None:
        return "internet"
    if address.is_multicast or ip == "255.255.255.255":
        return "multicast"
    if address.is_loopback:
        return "this-device"
    if any(address in net for net in _LOCAL_NETS if net.version == address.version):
        return "operator-core" if tunnel.startswith(_CORE_TUNNELS) else "local-network"
    if address.is_unspecified:
        return "local-network"
    if address.version == 4 and address in _CARRIER_NAT:
        return "operator-core"
    own = _address(near)
    shift = 8 if address.version == 4 else 64
    if own is not None and own.version == address.version and int(own) >> shift == int(address) >> shift:
        return "local-network"
    return "internet"


def is_local(ip: str) -> bool:
    """Say whether an address cannot be one of the open internet's."""
    return scope_of(ip) in {"local-network", "this-device", "operator-core"}


def destination(ip: str, port: int, *, host: str = "", host_source: HostSource = "none") -> Destination:
    """Put a destination together; a host that is only the address again counts as no name."""
    host = host.rstrip(".").lower()
    return Destination(
        ip=ip, port=port, host=host, host_source=host_source if host else "none", domain=domain_of(host)
    )
