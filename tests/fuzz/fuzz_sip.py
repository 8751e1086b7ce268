"""SIP and SSDP: header fields in datagrams and streams."""

from __future__ import annotations

from vitne.decode.protocols.sip import Sip
from vitne.decode.protocols.ssdp import Ssdp

SEEDS: list[bytes] = [
    b"INVITE sip:ola@other.example SIP/2.0\r\nf: <sip:kari@maker.example>\r\nContent-Length: 3\r\n\r\nv=0",
    b"SIP/2.0 486 Busy Here\r\nP-Access-Network-Info: 3GPP; utran-cell-id-3gpp=00101\r\nl: 0\r\n\r\n",
    b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nX: a\r\n b\r\n\r\nbody",
]


def one(data: bytes) -> None:
    """Read the data as datagrams, and as a stream in two cuts with a hole."""
    half = len(data) // 2
    for decoder in (Sip(), Sip(transport="tcp"), Ssdp()):
        decoder.fit(data, "udp", 0)
        for piece in (data, data[:half]):
            list(decoder.feed(0, piece))
        list(decoder.miss(0, 5))
        list(decoder.feed(0, data[half:]))
        for side in (0, 1):
            list(decoder.finish(side))
