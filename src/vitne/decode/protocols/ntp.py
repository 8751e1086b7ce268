"""NTP.

summary: who asks for the time and with what reference; extension fields
specification: RFC 5905 sections 7.3 and 7.5; RFC 4330 (SNTP)
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, ClassVar

from vitne.model import Fit, Gap, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = 48  # bytes
_MODES = {1: "symmetric-active", 2: "symmetric-passive", 3: "client", 4: "server", 5: "broadcast"}


class Ntp:
    """One exchange with a time server; each datagram is one message."""

    name = "ntp"
    summary = "who asks for the time and with what reference; extension fields"
    specification = "RFC 5905 sections 7.3 and 7.5; RFC 4330"
    first_bytes: ClassVar[dict[str, bytes]] = {
        "udp": bytes(byte for byte in range(256) if 1 <= byte & 7 <= 5 and 1 <= byte >> 3 & 7 <= 4)
    }  # what a side can begin with

    def __init__(self, *, transport: str = "udp", destination: tuple[str, int] = ("", 0)) -> None:
        self.transport = transport
        self.destination = destination  # address and port of the server
        self.upgraded = ""  # NTP hands over to nobody
        self.upgraded_at: tuple[int, int] | None = None
        self._count = [0, 0]  # datagrams met per side

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """LIKELY where every field of the header is in its narrow range: noise hardly ever is."""
        if transport != "udp" or len(head) < _HEADER or len(head) % 4:
            return Fit.NO
        mode, version = head[0] & 7, (head[0] >> 3) & 7
        if mode not in ({4, 5, 2, 1} if side else {3, 1, 2, 5}) or not 1 <= version <= 4:
            return Fit.NO
        precision = head[3]
        narrow = head[1] <= 16 and head[2] <= 17 and (precision == 0 or precision >= 0xE0 or precision <= 6)
        short = head[4] == 0 and head[8] == 0  # root delay and dispersion below 256 seconds
        if not (narrow and short and _rest(head)):
            return Fit.NO
        times = [int.from_bytes(head[i : i + 4], "big") for i in (16, 24, 32, 40)]
        if mode == 4 and not (times[2] and times[3] and abs(times[3] - times[2]) < 3600):
            return Fit.NO
        return Fit.LIKELY if times[3] or mode == 3 else Fit.PERHAPS

    def feed(self, side: int, data: bytes) -> Iterator[Message | Gap]:
        """Take one datagram."""
        number = self._count[side]
        self._count[side] += 1
        mode, version = (data[0] & 7, (data[0] >> 3) & 7) if data else (0, 0)
        if len(data) < _HEADER or mode not in _MODES:
            yield Gap(kind="malformed", why="a datagram is too short for NTP or not of its time service")
            return
        stratum = data[1]
        reference = data[12:16]
        facts = [("version", str(version)), ("stratum", str(stratum))]
        if any(reference):
            known = reference.rstrip(b"\x00")
            text = stratum <= 1 and known.isascii() and known.decode("ascii").isprintable()
            facts.append(("reference-id", known.decode("ascii") if text else str(IPv4Address(reference))))
        parts = [Part(path="reference-id", field="reference id", start=12, end=16)] if any(reference) else []
        if len(data) > _HEADER:
            parts.append(Part(path="extension", start=_HEADER, end=len(data)))
        yield Message(
            protocol="ntp",
            kind=_MODES[mode],
            side=side,
            start=0,
            end=len(data),
            datagram=number,
            facts=tuple(facts),
            parts=tuple(parts),
        )

    def miss(self, side: int, length: int) -> Iterator[Message | Gap]:  # noqa: ARG002
        """Datagrams have no holes."""
        yield from ()

    def finish(self, side: int) -> Iterator[Message | Gap]:  # noqa: ARG002
        """Every datagram was told when it came."""
        yield from ()


def _rest(head: bytes) -> bool:
    """Say whether what follows the header is extension fields and a digest, or nothing (section 7.5)."""
    at = _HEADER
    while len(head) - at > 24:
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        if length < 16 or length % 4 or length > len(head) - at:
            return False
        at += length
    return len(head) - at in {0, 4, 20, 24} or len(head) - at == int.from_bytes(head[at + 2 : at + 4], "big")


decoder = Ntp
