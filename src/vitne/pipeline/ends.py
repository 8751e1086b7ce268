"""The two ends of a flow named: the device that sent, the destination and how its name is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.attribute.destinations import Names, destination, scope_of
from vitne.model import Source

if TYPE_CHECKING:
    from vitne.attribute import Device, Devices
    from vitne.model import Destination, Flow
    from vitne.model.findings import Scope

Host = tuple[str, str]
"""Name of a far end and how it is known: "http-host", "sni", "dns", "none"."""
NOBODY: Host = ("", "none")
UNKNOWN = "unknown device"
"""Label of a sender that an export does not tell."""


class Ends:
    """Names the ends of flows, by what the whole scan has learned."""

    def __init__(self, devices: Devices, names: Names) -> None:
        self.devices = devices
        self.names = names

    def label(self, device: Device | None, ip: str) -> str:
        """Give the name of a device for a person, the address for what is none."""
        return device.label if device is not None else ip or UNKNOWN

    def ends(self, flow: Flow, side: int, *, host: Host, time_ns: int) -> tuple[Source, Destination, Scope]:
        """Give the sender, where the bytes went, and how far that is.

        ``host`` is the server's name as its own flow tells it (HTTP Host, SNI); without one the latest DNS
        answer to the sender before ``time_ns`` counts.
        """
        client = (flow.client_ip, flow.client_port, flow.client_mac)
        server = (flow.server_ip, flow.server_port, flow.server_mac)
        own, far = (client, server) if side == 0 else (server, client)
        sender, receiver = self.devices.of(own[0], own[2]), self.devices.of(far[0], far[2])
        received = sender is None and (receiver is not None or side == 1)
        mac = "" if own[2] in self.devices.routers else own[2]
        label = self.label(receiver, far[0]) if received else self.label(sender, own[0])
        source = Source(ip=own[0], port=own[1], mac=mac, device=label)
        told = NOBODY if received or side == 1 else host
        if not received and not told[0]:
            told = self.by_dns(sender.key if sender is not None else own[0], far[0], time_ns)
        scope = scope_of(*((own[0], flow.tunnel, far[0]) if received else (far[0], flow.tunnel, own[0])))
        if flow.transport == "sms":
            scope = "operator-core"
        return source, destination(far[0], far[1], host=told[0], host_source=told[1]), scope  # type: ignore[arg-type]

    def asks(self, flow: Flow, side: int) -> tuple[str, str] | None:
        """Give who may have asked DNS for the far end, and its address; None for what a device received."""
        client, server = (flow.client_ip, flow.client_mac), (flow.server_ip, flow.server_mac)
        own, far = (client, server) if side == 0 else (server, client)
        sender = self.devices.of(*own)
        if sender is None and (side == 1 or self.devices.of(*far) is not None):
            return None
        return (sender.key if sender is not None else own[0], far[0])

    def by_dns(self, asker: str, far: str, time_ns: int) -> Host:
        """Give the name that a DNS answer told the asker before that time."""
        name = self.names.name(asker, far, time_ns=time_ns)
        return (name, "dns") if name else NOBODY
