"""TLS records and DTLS datagrams: nothing but messages, gaps and oddities may come out."""

from __future__ import annotations

from vitne.decode.protocols.tls import Tls

_SNI = b"\x00\x00\x00\x0e\x00\x0c\x00\x00\x09a.example"
_BODY = b"\x03\x03" + bytes(32) + b"\x00\x00\x02\x13\x01\x01\x00" + len(_SNI).to_bytes(2, "big") + _SNI
_HELLO = b"\x01" + len(_BODY).to_bytes(3, "big") + _BODY
SEEDS: list[bytes] = [
    b"\x16\x03\x01" + len(_HELLO).to_bytes(2, "big") + _HELLO + b"\x17\x03\x03\x00\x10" + bytes(16),
    (
        b"\x16\x03\x03\x00\x0e\x0b\x00\x00\x0a\x00\x00\x07\x00\x00\x04\x30\x02\x05\x00"
        b"\x15\x03\x03\x00\x02\x02\x28"
    ),
    b"\x16\xfe\xfd"
    + bytes(8)
    + (len(_HELLO) + 8).to_bytes(2, "big")
    + _HELLO[:4]
    + bytes(5)
    + _HELLO[1:4]
    + _BODY,
    b"\x80\x1c\x01\x03\x01\x00\x03\x00\x00\x00\x10\x00\x00\x2f" + bytes(16),
]


def one(data: bytes) -> None:
    """Read the data as a stream in two cuts, as the server's side behind a hole, and as a datagram."""
    Tls.fit(data, "tcp", 0)
    Tls.fit(data, "udp", 1)
    tls, half = Tls(), len(data) // 2
    for piece in (data[:half], data[half:]):
        list(tls.feed(0, piece))
    list(tls.feed(1, data[:half]))
    list(tls.miss(1, 7))
    list(tls.feed(1, data[half:]))
    datagrams = Tls(transport="udp")
    list(datagrams.feed(0, data))
    for decoder in (tls, datagrams):
        for side in (0, 1):
            list(decoder.finish(side))
