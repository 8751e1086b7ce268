"""The two ends of a flow named: the device that sent, the destination and how its name is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitne.attribute.destinations import Names, destination, scope_of
from vitne.model import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from vitne.attribute import Device, Devices
    from vitne.model import Destination, Flow
    from vitne.model.findings import Scope

Host = tuple[str, str]
"""Name of a far end and how it is known: "http-host", "sni", "dns", "none"."""
NOBODY: Host = ("", "none")
UNKNOWN = "unknown device"
"""Label of a sender that an export does not tell."""


End = tuple[str, str]
"""Network and link address."""


class Pair(NamedTuple):
    """Two ends, as far as their addresses name them."""

    device: str  # label of the device that sent, or that received
    mac: str  # link address of the sender, "" for a router's
    scope: Scope
    asker: str | None  # who may have asked DNS for the far end; None for what a device received


def both(flow: Flow, side: int) -> tuple[tuple[End, int], tuple[End, int]]:
    """Give addresses and port of who sent on one side of a flow, and of who received."""
    client = ((flow.client_ip, flow.client_mac), flow.client_port)
    server = ((flow.server_ip, flow.server_mac), flow.server_port)
    return (client, server) if side == 0 else (server, client)


class Ends:
    """Names the ends of flows, by what the whole scan has learned."""

    def __init__(self, devices: Devices, names: Names) -> None:
        self.devices = devices
        self.names = names

    def label(self, device: Device | None, ip: str) -> str:
        """Give the name of a device for a person, the address for what is none."""
        return device.label if device is not None else ip or UNKNOWN

    def pair(self, own: End, far: End, *, side: int, carried: tuple[str, str]) -> Pair:
        """Name two ends by their addresses; the bytes went from ``own`` to ``far``.

        ``carried`` is the transport and the names of the tunnels.
        """
        (ip, mac), (other, _), (transport, tunnel) = own, far, carried
        sender, receiver = self.devices.of(ip, mac), self.devices.of(*far)
        received = sender is None and (receiver is not None or side == 1)
        scope = scope_of(*((ip, tunnel, other) if received else (other, tunnel, ip)))
        return Pair(
            device=self.label(receiver, other) if received else self.label(sender, ip),
            mac="" if mac in self.devices.routers else mac,
            scope="operator-core" if transport == "sms" else scope,
            asker=None if received else sender.key if sender is not None else ip,
        )

    def ends(self, flow: Flow, side: int, *, host: Host, time_ns: int) -> tuple[Source, Destination, Scope]:
        """Give the sender, where the bytes went, and how far that is.

        ``host`` is the server's name as its own flow tells it (HTTP Host, SNI); without one the latest DNS
        answer to the sender before ``time_ns`` counts.
        """
        (own, _), (far, _) = both(flow, side)
        pair = self.pair(own, far, side=side, carried=(flow.transport, flow.tunnel))
        return self.of_pair(pair, flow, side, host=host, time_ns=time_ns)

    def of_pair(
        self, pair: Pair, flow: Flow, side: int, *, host: Host, time_ns: int
    ) -> tuple[Source, Destination, Scope]:
        """Give the ends of a flow whose addresses were named before."""
        (own, own_port), (far, far_port) = both(flow, side)
        source = Source(ip=own[0], port=own_port, mac=pair.mac, device=pair.device)
        told = NOBODY if pair.asker is None or side == 1 else host
        if pair.asker is not None and not told[0]:
            told = self.by_dns(pair.asker, far[0], time_ns)
        return source, destination(far[0], far_port, host=told[0], host_source=told[1]), pair.scope  # type: ignore[arg-type]

    def by_dns(self, asker: str, far: str, time_ns: int) -> Host:
        """Give the name that a DNS answer told the asker before that time."""
        name = self.names.name(asker, far, time_ns=time_ns)
        return (name, "dns") if name else NOBODY

    def told(self, asker: str, far: str, times_ns: np.ndarray) -> tuple[Sequence[str], np.ndarray] | None:
        """Give the names that DNS answers told the asker, and which of them holds at each of some times.

        -1 stands before the first of them; None where nothing was told.
        """
        return self.names.held(asker, far, times_ns)
