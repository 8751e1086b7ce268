"""DNS, mDNS and LLMNR in datagrams.

summary: names asked for and answered, device names, client addresses in options
specification: RFC 1035 section 4; RFC 6762 (mDNS); RFC 4795 (LLMNR); RFC 6891 and RFC 7871 (options)

The three share one form.  Only where a datagram went tells them apart, so the destination names the variant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.decode.protocols import dns_message
from vitne.model import Fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.model import Gap, Message, Oddity

_GROUPS = {"224.0.0.251": "mdns", "ff02::fb": "mdns", "224.0.0.252": "llmnr", "ff02::1:3": "llmnr"}
_PORTS = {5353: "mdns", 5355: "llmnr"}  # unicast answers and queries of the same protocols


class Dns:
    """The DNS datagrams of one flow."""

    name = "dns"
    summary = "names asked for and answered, device names, client addresses in options"
    specification = "RFC 1035 section 4; RFC 6762; RFC 4795; RFC 6891; RFC 7871"

    def __init__(self, destination: tuple[str, int] | None = None) -> None:
        address, port = destination or ("", 0)
        self._reader = dns_message.Reader(_GROUPS.get(address) or _PORTS.get(port, "dns"))
        self._datagrams = [0, 0]

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """Say how well a first datagram fits."""
        del side
        return dns_message.fit(head) if transport == "udp" else Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take one datagram.  Raises Malformed when it is shorter than a header."""
        number = self._datagrams[side]
        self._datagrams[side] = number + 1
        return iter(self._reader.read(side, bytes(data), number=number))

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:
        """Datagrams have no holes."""
        del side, length
        return iter(())

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """Nothing is left half-read."""
        del side
        return iter(())


decoder = Dns
