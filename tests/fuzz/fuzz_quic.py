"""QUIC datagrams as they are, and the frames inside them as if they had been opened."""

from __future__ import annotations

from vitne.decode.protocols.quic import Quic
from vitne.decode.protocols.quic_google import read_chlo
from vitne.decode.protocols.quic_packets import Crypto, crypto_frames

SEEDS: list[bytes] = [
    b"\xc0\x00\x00\x00\x01\x08\x83\x94\xc8\xf0\x3eQW\x08\x00\x00\x40\x40" + bytes(64),
    b"\xc0" + bytes(4) + b"\x01a\x01b" + bytes.fromhex("000000016b3343cf"),
    b"\xf0\x00\x00\x00\x01\x00\x01s" + b"token" + bytes(16),
    b"\x0d" + bytes(8) + b"Q043\x01" + bytes(16) + b"CHLO\x01\x00\x00\x00SNI\x00\x0b\x00\x00\x00old.example",
    b"\x06\x00\x03abc\x02\x05\x00\x01\x00\x02\x03\x06\x03\x02de",
]


def one(data: bytes) -> None:
    """Read the data as a datagram of each side, and as opened frames."""
    Quic.fit(data, "udp", 0)
    quic, crypto = Quic(), Crypto()
    for side in (0, 1, 0):
        list(quic.feed(side, data))
    for side in (0, 1):
        list(quic.finish(side))
    for offset, piece in crypto_frames(data):
        crypto.add(offset, piece)
    list(crypto_frames(data, google=True))
    read_chlo(data)
