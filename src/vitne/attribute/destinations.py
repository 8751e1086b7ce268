"""Destinations: the name of an address and how it is known, its registrable domain, its scope."""

from __future__ import annotations

import bisect
import ipaddress
import itertools
import socket
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from vitne.attribute.suffixes import suffixes
from vitne.model.findings import Destination

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from vitne.model.findings import HostSource, Scope

_CORE_TUNNELS = ("gtp",)


class Names:
    """Names of addresses as DNS answers in the capture told them, each with the time it was told.

    An answer to one device says nothing about another device, so answers are kept per asker.
    """

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[array[int], array[int]]] = {}  # times, rows of names
        self._names: dict[str, int] = {}
        self._words: list[str] = []
        self._sorted = True

    def learn(self, asker: str, address: str, *, name: str, time_ns: int) -> None:
        """Note that ``asker`` (a device key) was told that ``address`` belongs to ``name``."""
        word = name.lower().rstrip(".")
        row = self._names.setdefault(word, len(self._words))
        if row == len(self._words):
            self._words.append(word)
        times, names = self._told.setdefault((asker, address), (array("q"), array("I")))
        times.append(time_ns)
        names.append(row)
        self._sorted = False

    def absorb(self, other: Names) -> None:
        """Take all that another was told."""
        rows = []
        for word in other._words:
            row = self._names.setdefault(word, len(self._words))
            if row == len(self._words):
                self._words.append(word)
            rows.append(row)
        for key, (times, names) in other._told.items():
            own_times, own_names = self._told.setdefault(key, (array("q"), array("I")))
            own_times.extend(times)
            own_names.extend([rows[name] for name in names])
        self._sorted = False

    def name(self, asker: str, address: str, *, time_ns: int) -> str:
        """Give the latest name told to the asker before that time, "" without one."""
        if not self._sorted:
            self._sort()
        times, names = self._told.get((asker, address), ((), ()))
        position = bisect.bisect_right(times, time_ns)
        return self._words[names[position - 1]] if position else ""

    def held(
        self, asker: str, address: str, times_ns: npt.NDArray[np.int64]
    ) -> tuple[Sequence[str], npt.NDArray[np.int64]] | None:
        """Give all names, and the row of the latest told before each time, -1 without one; None for none."""
        if not self._sorted:
            self._sort()
        told = self._told.get((asker, address))
        if told is None:
            return None
        rows = np.array([*told[1], -1], dtype=np.int64)  # the last is where a time before the first points
        return self._words, rows[np.searchsorted(np.array(told[0], dtype=np.int64), times_ns, "right") - 1]

    def told(self) -> Iterator[tuple[str, str, str, int]]:
        """Yield what was told: asker, address, name, time; by time, then in alphabetical order."""
        every = [
            (time_ns, asker, address, self._words[row])
            for (asker, address), (times, names) in self._told.items()
            for time_ns, row in zip(times, names, strict=True)
        ]
        for time_ns, asker, address, name in sorted(every):
            yield asker, address, name, time_ns

    def contradictions(self, within_ns: int = 2_000_000_000) -> list[tuple[str, str, int]]:
        """Give asker, name and time of answers that contradict one another.

        Two answers to one asker about one name contradict one another where they come within two seconds and
        have no address of a family in common: a forged answer looks so, and it comes before or after the true
        one.  A name that rotates its addresses over minutes does not.
        """
        places: dict[tuple[str, int, int], set[str]] = {}
        for (asker, address), (_, rows) in self._told.items():
            for row in set(rows):
                places.setdefault((asker, row, 6 if ":" in address else 4), set()).add(address)
        several = {key for key, at in places.items() if len(at) > 1}
        answers: dict[tuple[str, str, int], dict[int, set[str]]] = {}
        for (asker, address), (times_ns, rows) in self._told.items():
            family = 6 if ":" in address else 4
            for time_ns, row in zip(times_ns, rows, strict=True):
                if (asker, row, family) in several:
                    by_time = answers.setdefault((asker, self._words[row], family), {})
                    by_time.setdefault(time_ns, set()).add(address)
        out = []
        for (asker, name, _), by_time in answers.items():
            times = sorted(by_time)
            for before, after in itertools.pairwise(times):
                if after - before <= within_ns and not by_time[before] & by_time[after]:
                    out.append((asker, name, after))
        return sorted(set(out), key=lambda each: (each[2], each[1], each[0]))

    def _sort(self) -> None:
        """Put what was told in order of time, and of name where it was told at the same time."""
        for key, (times, names) in self._told.items():
            entries = sorted(zip(times, (self._words[row] for row in names), strict=True))
            self._told[key] = (
                array("q", [time_ns for time_ns, _ in entries]),
                array("I", [self._names[word] for _, word in entries]),
            )
        self._sorted = True


@lru_cache(maxsize=65536)
def domain_of(host: str) -> str:
    """Give the registrable domain of a host name by the public suffix list, "" for addresses and words."""
    host = host.rstrip(".").lower()
    if not host or "." not in host or len(host) > 253:
        return ""
    if (host[-1].isdigit() or ":" in host) and _address(host) is not None:
        return ""
    return suffixes(encoded="xn--" in host).registrable(host)


@lru_cache(maxsize=65536)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        if ":" not in text:  # the common case, read by the system
            return ipaddress.IPv4Address(socket.inet_pton(socket.AF_INET, text))
        return ipaddress.IPv6Address(text)
    except (ValueError, OSError):
        return None


_LOCAL_NETS = tuple(
    ipaddress.ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fe80::/10", "fc00::/7")
)
_CARRIER_NAT = ipaddress.ip_network("100.64.0.0/10")
_RANGES4: tuple[tuple[int, int, str], ...] = tuple(
    (int(net.network_address), int(net.broadcast_address), name)
    for name, net in (
        ("multicast", ipaddress.ip_network("224.0.0.0/4")),
        ("multicast", ipaddress.ip_network("255.255.255.255/32")),
        ("this-device", ipaddress.ip_network("127.0.0.0/8")),
        *(("local", net) for net in _LOCAL_NETS if net.version == 4),
        ("unspecified", ipaddress.ip_network("0.0.0.0/32")),
        ("carrier", _CARRIER_NAT),
    )
)
"""IPv4 ranges that are not of the open internet: first and last address as numbers, and what they are."""


def _reach_of(ip: str) -> str:
    address = _address.__wrapped__(ip)
    return _kind_of(address) if address is not None else ""


NEAR = frozenset({"local", "this-device", "unspecified", "carrier"})
"""Ranges, as ``reaches_of`` names them, that are not of the open internet."""


def reaches_of(ips: Sequence[str]) -> list[str]:
    """Say which special range each address is in, "" for the open internet; nothing is remembered."""
    reaches = [""] * len(ips)
    rows, packed = [], []
    for row, ip in enumerate(ips):
        try:
            packed.append(socket.inet_pton(socket.AF_INET, ip))
            rows.append(row)
        except (ValueError, OSError):
            reaches[row] = _reach_of(ip)
    numbers = np.frombuffer(b"".join(packed), dtype=">u4").astype(np.int64)
    for first, last, name in reversed(_RANGES4):  # the first one that holds an address counts
        for at in np.flatnonzero((first <= numbers) & (numbers <= last)).tolist():
            reaches[rows[at]] = name
    return reaches


@lru_cache(maxsize=65536)
def scope_of(ip: str, tunnel: str = "", near: str = "") -> Scope:
    """Say how far an address reaches: internet, local-network, multicast, operator-core or this-device.

    RFC 1918, 4193, 3927 and 4291 for local ranges, RFC 6598 (100.64/10) for the inside of an operator.
    ``near`` is the address of the device: what shares its /24 (IPv4) or /64 (IPv6) is on its own network.
    """
    address = _address(ip)
    if address is None:
        return "internet"
    match _kind_of(address):
        case "multicast":
            return "multicast"
        case "this-device":
            return "this-device"
        case "local":
            return "operator-core" if tunnel.startswith(_CORE_TUNNELS) else "local-network"
        case "unspecified":
            return "local-network"
        case "carrier":
            return "operator-core"
    own = _address(near)
    shift = 8 if address.version == 4 else 64
    if own is not None and own.version == address.version and int(own) >> shift == int(address) >> shift:
        return "local-network"
    return "internet"


def _kind_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Say which special range an address is in, "" for the open internet."""
    if address.version == 4:
        number = int(address)
        return next((name for first, last, name in _RANGES4 if first <= number <= last), "")
    if address.is_multicast:
        return "multicast"
    if address.is_loopback:
        return "this-device"
    if any(address in net for net in _LOCAL_NETS if net.version == 6):
        return "local"
    return "unspecified" if address.is_unspecified else ""


def is_local(ip: str) -> bool:
    """Say whether an address cannot be one of the open internet's."""
    return scope_of(ip) in {"local-network", "this-device", "operator-core"}


def destination(ip: str, port: int, *, host: str = "", host_source: HostSource = "none") -> Destination:
    """Put a destination together; a host that is only the address again counts as no name."""
    host = host.rstrip(".").lower()
    return Destination(
        ip=ip, port=port, host=host, host_source=host_source if host else "none", domain=domain_of(host)
    )
