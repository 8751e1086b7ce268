"""What was told of apps beside the packets: names of users, holders of sockets, bytes by hour."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vitne.model import App

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model import Flow

MOST_ENTRIES = 1_000_000
"""Names, sockets and hours of each sort that are kept."""
_MOST_SHOWN = 8
"""Packages of one user that are named."""
_PER_PERSON = 100_000
"""Android gives each person on a phone so many users of its own."""
_UNNAMED = {"0.0.0.0", "::", ""}  # noqa: S104  (an address that names no interface)


class Socket(NamedTuple):
    """Two ends of a connection as one side sees them."""

    transport: str
    near_ip: str
    near_port: int
    far_ip: str
    far_port: int


class Use(NamedTuple):
    """Bytes that a user sent in one stretch of time, by the system's own count."""

    uid: int
    start_ns: int
    end_ns: int


class Book:
    """Gathers what lists beside a capture tell, and looks flows up in it."""

    def __init__(self) -> None:
        self.entries = 0
        self._packages: dict[int, set[str]] = {}
        self._labels: dict[int, str] = {}
        self._fixed: dict[int, str] = {}
        self._sockets: dict[Socket, set[App]] = {}
        self._uses: list[Use] = []

    def fix(self, users: Iterable[tuple[int, str]]) -> None:
        """Take users whose number means the same on every device."""
        self._fixed.update(users)

    def name(self, uid: int, package: str, label: str = "") -> None:
        """Note that a package runs as a user."""
        if self.entries < MOST_ENTRIES:
            self.entries += 1
            if package:
                self._packages.setdefault(uid, set()).add(package)
            if label:
                self._labels.setdefault(uid, label)

    def hold(self, socket: Socket, app: App) -> None:
        """Note who holds a socket."""
        if self.entries < MOST_ENTRIES:
            self.entries += 1
            self._sockets.setdefault(socket, set()).add(app)

    def use(self, use: Use) -> None:
        """Note that a user sent something in a stretch of time."""
        if self.entries < MOST_ENTRIES:
            self.entries += 1
            self._uses.append(use)

    def named(self, app: App) -> App:
        """Add package and name to an app of which the user's number is known."""
        if app.uid is None or app.package:
            return app
        found = self._packages.get(app.uid) or self._packages.get(app.uid % _PER_PERSON) or set()
        shown = ", ".join(sorted(found)[:_MOST_SHOWN])
        label = app.name or self._labels.get(app.uid, "") or self._fixed.get(app.uid % _PER_PERSON, "")
        return msgspec.structs.replace(app, package=shown, name=label)

    def of_flow(self, flow: Flow) -> App | None:
        """Look a flow up among the sockets, from either end; None where none is its own."""
        client, server = (plain(flow.client_ip), flow.client_port), (plain(flow.server_ip), flow.server_port)
        for near, far in ((client, server), (server, client)):
            found = self._holders(flow.transport, near, far)
            if found:
                return self.named(agreed(found) or App(source="several"))
        return None

    def _holders(self, transport: str, near: tuple[str, int], far: tuple[str, int]) -> set[App]:
        """Give who holds a socket; one of UDP need not say whom it talks with, nor from which address."""
        found = self._sockets.get(Socket(transport, *near, *far))
        if found or transport != "udp":
            return found or set()
        for ip in (near[0], *sorted(_UNNAMED)):
            for rest in (far, ("", 0)):
                found = self._sockets.get(Socket(transport, ip, near[1], *rest))
                if found:
                    return found
        return set()

    def of_time(self, time_ns: int) -> App | None:
        """Give the only user that sent anything in the stretch around a time; None where several did."""
        users = {use.uid for use in self._uses if use.start_ns <= time_ns < use.end_ns}
        if len(users) != 1:
            return None
        return self.named(App(uid=users.pop(), source="netstats"))


def agreed(apps: Iterable[App]) -> App | None:
    """Give the one app that several tellings agree on; None where they do not."""
    found = set(apps)
    return found.pop() if len(found) == 1 else None


def plain(address: str) -> str:
    """Give an address in its plain form: one of IPv4 that is written as IPv6 as IPv4; "" for none."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return str(mapped or known)


def socket(transport: str, near: tuple[str, int], far: tuple[str, int]) -> Socket:
    """Make a socket from what a list writes; a far end of nothing is none."""
    far_ip = plain(far[0])
    if far_ip in _UNNAMED or not far[1]:
        far_ip, far = "", ("", 0)
    return Socket(transport, plain(near[0]), near[1], far_ip, far[1])
