"""Devices: which endpoints of the capture belong to one phone or thing on this side of the network.

A router's link address stands on the frames of everybody behind it, so a link address names a device only
where it carries few addresses.  Addresses of local ranges are devices; an address of the open internet is one
only if it opens connections outward and nobody local connects to it.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from vitne.attribute.destinations import NEAR, is_local, reaches_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.model.flows import Flow

_MANY = 2
"""More local IPv4 addresses than this on one link address and it is a router's."""
_MOST_ADDRESSES = 65_536
"""Addresses that are looked at; a capture of more is one of scanning or spoofing."""
_MOST_DEVICES = 4096
_NEVER = np.iinfo(np.int64).max
_NO_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104  (compared, never bound)


class Device(msgspec.Struct, kw_only=True):
    """One phone or thing on this side of the network."""

    key: str  # link address, else network address: what tells it from others in this scan
    mac: str = ""  # link address, "" where the link has none or a router stands between
    addresses: list[str] = []  # network addresses, in order of appearance
    names: list[str] = []  # names it gave itself (DHCP, mDNS), in order of appearance
    router: bool = False  # its link address carries others' traffic

    @property
    def label(self) -> str:
        """Name for a person: first name it gave itself, else its first address."""
        return (
            self.names[0] if self.names else (self.mac or (self.addresses[0] if self.addresses else self.key))
        )

    def answers_to(self, word: str) -> bool:
        """Say whether MAC, address or name equals the word, case aside."""
        plain = word.strip().lower()
        own = [self.key, self.mac, *self.addresses, *self.names]
        return plain.replace("-", ":") in {self.mac, self.key} or plain in {
            text.lower() for text in own if text
        }


class Devices:
    """All devices of a scan, found by network or link address."""

    def __init__(self, devices: Iterable[Device], by_ip: dict[str, Device], routers: set[str]) -> None:
        self.all = list(devices)
        self._by_ip = by_ip
        self._by_mac = {device.mac: device for device in self.all if device.mac}
        self.routers = routers

    def of(self, ip: str, mac: str = "") -> Device | None:
        """Give the device of an address, None for what lies on the far side."""
        if ip in _NO_ADDRESS or not ip:
            return self._by_mac.get(mac)
        found = self._by_ip.get(ip)
        if found is None and len(self.all) >= _MOST_DEVICES and is_local(ip):
            return Device(key=ip, addresses=[ip])
        return found

    def name(self, key: str, name: str) -> None:
        """Note a name that the device with this link or network address gave itself."""
        device = self._by_mac.get(key) or self._by_ip.get(key)
        if device is not None and name and name not in device.names:
            device.names.append(name)

    def matching(self, word: str) -> list[Device]:
        """Give the devices that a user's word (MAC, address, name) stands for."""
        return [device for device in self.all if device.answers_to(word)]


class EndColumns(NamedTuple):
    """The ends of some flows, client first: numbers of shape (flows, 2) in two lists of texts."""

    ips: Sequence[str]
    macs: Sequence[str]  # "" where there is none
    ip: np.ndarray
    mac: np.ndarray
    answered: np.ndarray  # bool per flow: the server sent something


class Census:
    """Gathers, some flows at a time, which addresses send on which link address and who opens connections."""

    def __init__(self) -> None:
        self._mac_of: dict[str, str] = {}  # address -> link address of first sight
        self._carried: dict[str, set[str]] = {}  # link address -> its addresses
        self._balance: dict[str, int] = {}  # open-internet address -> connections opened less taken
        self._near: set[str] = set()  # addresses that cannot be of the open internet

    def take(self, ends: EndColumns) -> None:
        """Take some flows, in their order."""
        seen = np.empty(ends.ip.shape, dtype=bool)  # clients and servers that sent something
        seen[:, 0], seen[:, 1] = True, ends.answered
        sight = np.flatnonzero(seen.ravel())
        whose, at = np.unique(ends.ip.ravel()[sight], return_index=True)
        came = np.full(
            len(ends.ips), _NEVER, dtype=np.int64
        )  # where in the row of all ends each is met first
        came[whose] = sight[at]
        macs = ends.mac.ravel()
        reaches = reaches_of(ends.ips)
        near = {ip for ip, reach in zip(ends.ips, reaches, strict=True) if reach in NEAR}
        known = np.array([ip in self._mac_of for ip in ends.ips], dtype=bool)
        for one in whose[np.argsort(at)].tolist():
            ip = ends.ips[one]
            if not known[one] and (len(self._mac_of) >= _MOST_ADDRESSES or reaches[one] == "multicast"):
                came[one] = _NEVER
            else:
                self._mac_of.setdefault(ip, ends.macs[int(macs[came[one]])])
        self._near |= near & self._mac_of.keys()
        came[known] = -1
        sight = sight[came[ends.ip.ravel()[sight]] < _NEVER]
        pairs = np.unique(macs[sight].astype(np.int64) * len(ends.ips) + ends.ip.ravel()[sight])
        for mac, one in zip((pairs // len(ends.ips)).tolist(), (pairs % len(ends.ips)).tolist(), strict=True):
            if ends.macs[mac]:
                self._carried.setdefault(ends.macs[mac], set()).add(ends.ips[one])
        self._weigh(ends, came, near)

    def _weigh(self, ends: EndColumns, came: np.ndarray, near: set[str]) -> None:
        """Count the connections that known addresses open to the open internet, and those they take."""
        local = np.array([ip in near for ip in ends.ips], dtype=bool)
        nobody = np.array([ip in _NO_ADDRESS for ip in ends.ips], dtype=bool)
        client, server = ends.ip[:, 0], ends.ip[:, 1]
        outward = ~nobody[client] & ~local[server]
        opened = client[outward & ~local[client] & (came[client] < _NEVER)]
        taken = server[outward & (came[server] <= 2 * np.arange(len(server)) + 1)]
        count = len(ends.ips)
        balance = np.bincount(opened, minlength=count) - np.bincount(taken, minlength=count)
        for one in np.flatnonzero(balance).tolist():
            self._balance[ends.ips[one]] = self._balance.get(ends.ips[one], 0) + int(balance[one])

    def devices(self) -> Devices:
        """Tell the devices; deterministic, in order of first appearance."""
        outward = {ip for ip, count in self._balance.items() if count > 0}
        routers = _routers(self._carried, outward, self._near)
        by_key: dict[str, Device] = {}
        by_ip: dict[str, Device] = {}
        for ip, mac in self._mac_of.items():
            own_mac = "" if mac in routers else mac
            key = own_mac or ip
            if key in _NO_ADDRESS or not (ip in self._near or ip in outward):
                continue
            device = by_key.get(key)
            if device is None:
                if len(by_key) >= _MOST_DEVICES:
                    continue
                device = by_key[key] = Device(key=key, mac=own_mac, addresses=[], names=[])
            if ip not in _NO_ADDRESS:
                device.addresses.append(ip)
                by_ip[ip] = device
        return Devices(by_key.values(), by_ip, routers)


def _routers(carried: dict[str, set[str]], outward: set[str], near: set[str]) -> set[str]:
    """Give the link addresses that carry others' traffic."""
    routers = set()
    for mac, ips in carried.items():
        plain = [ip for ip in ips if ip not in _NO_ADDRESS]
        local4 = [ip for ip in plain if ":" not in ip and ip in near and not ip.startswith("169.254.")]
        far = [ip for ip in plain if ip not in near and ip not in outward]
        far6 = {int(ipaddress.IPv6Address(ip)) >> 64 for ip in far if ":" in ip}
        if len(local4) > _MANY or len(far6) > 1 or any(":" not in ip for ip in far):
            routers.add(mac)
    return routers


def find_devices(flows: Iterable[EndColumns]) -> Devices:
    """Find the devices on this side of the network."""
    census = Census()
    for some in flows:
        census.take(some)
    return census.devices()


def ends_of(flows: Iterable[Flow]) -> EndColumns:
    """Give the ends of some flows as columns."""
    ips: dict[str, int] = {}
    macs: dict[str, int] = {}
    rows = [
        (
            ips.setdefault(flow.client_ip, len(ips)),
            ips.setdefault(flow.server_ip, len(ips)),
            macs.setdefault(flow.client_mac, len(macs)),
            macs.setdefault(flow.server_mac, len(macs)),
            flow.answered,
        )
        for flow in flows
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    return EndColumns(list(ips), list(macs), table[:, :2], table[:, 2:4], table[:, 4].astype(bool))
