"""SSDP, how UPnP devices make themselves known.

summary: header fields of searches, announcements and answers: names, serials, addresses of descriptions
specification: UPnP Device Architecture 2.0 section 1
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.mail_body import header_fields
from vitne.model import Fit, Gap, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_START = re.compile(rb"(NOTIFY|M-SEARCH) \* HTTP/1\.[01]\r?\n|HTTP/1\.[01] ([0-9]{3})[ -~]*\r?\n")
_OWN_FIELD = re.compile(rb"(?im)^(?:USN|ST|NT|MAN):")
_KINDS = {b"NOTIFY": "notify", b"M-SEARCH": "search"}


class Ssdp:
    """One exchange of discovery datagrams; each is one message."""

    name = "ssdp"
    summary = (
        "header fields of searches, announcements and answers: names, serials, addresses of descriptions"
    )
    specification = "UPnP Device Architecture 2.0 section 1"
    first_bytes: ClassVar[dict[str, bytes]] = {"udp": b"NMH"}  # what a side can begin with

    def __init__(self, *, transport: str = "udp", destination: tuple[str, int] = ("", 0)) -> None:
        self.transport = transport
        self.destination = destination  # address and port of the group or peer
        self.upgraded = ""  # SSDP hands over to nobody
        self.upgraded_at: tuple[int, int] | None = None
        self._count = [0, 0]  # datagrams met per side

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:  # noqa: ARG004  (either side may speak first)
        """CERTAIN for a start line of SSDP; for an answer only with a field of its own."""
        found = _START.match(head) if transport == "udp" else None
        if found is None:
            return Fit.NO
        return Fit.CERTAIN if found.group(1) or _OWN_FIELD.search(head[:4096]) else Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Message | Gap]:
        """Take one datagram."""
        number = self._count[side]
        self._count[side] += 1
        found = _START.match(data)
        if found is None:
            yield Gap(kind="malformed", why="a datagram is no SSDP", count=1)
            return
        parts, at = [], found.end()
        for name, (start, end), behind in header_fields(data, at):
            if end > start:
                parts.append(Part(path=f"header:{name}", field=name, start=start, end=end))
            at = behind
        blank = re.compile(rb"\r?\n").match(data, at)
        if blank and blank.end() < len(data):
            parts.append(Part(path="body", start=blank.end(), end=len(data)))
        yield Message(
            protocol="ssdp",
            kind=_KINDS.get(found.group(1), "response"),
            side=side,
            start=0,
            end=len(data),
            datagram=number,
            complete=blank is not None,
            status=int(found.group(2)) if found.group(2) else None,
            parts=tuple(parts),
        )

    def miss(self, side: int, length: int) -> Iterator[Message | Gap]:  # noqa: ARG002
        """Datagrams have no holes."""
        yield from ()

    def finish(self, side: int) -> Iterator[Message | Gap]:  # noqa: ARG002
        """Every datagram was told when it came."""
        yield from ()


decoder = Ssdp
