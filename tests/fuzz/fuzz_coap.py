"""CoAP datagrams and streams."""

from __future__ import annotations

from vitne.decode.protocols.coap import Coap

SEEDS: list[bytes] = [
    b"\x42\x01\x00\x01tk\x3bmaker.examp\x86sensor\x48imei=490",
    b"\x41\x02\x00\x00t\xb1p\xd1\x03\x08\xff0123456789abcdef",
    b"\x20\xe1\x21\x40\x71\x02t\xb4data\xffz",
]


def one(data: bytes) -> None:
    """Read the data as datagrams of both sides, and as a stream in two cuts."""
    half = len(data) // 2
    for transport in ("udp", "tcp"):
        Coap.fit(data, transport, 0)
        coap = Coap(transport=transport)
        for side, piece in ((0, data), (1, data[:half]), (1, data[half:])):
            list(coap.feed(side, piece))
        list(coap.miss(0, 3))
        for side in (0, 1):
            list(coap.finish(side))
