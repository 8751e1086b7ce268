"""A conversation inside TLS 1.3 that its key log opens: secrets are drawn, records are closed for real.

summary: flights of TLS 1.3 under TLS_AES_128_GCM_SHA256, and the key log to them
specification: RFC 8446 sections 4.4, 5.2 and 7.1 to 7.3; RFC 9850 (SSLKEYLOGFILE)
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vitne.lab import tls
from vitne.lab.wire import CLIENT, SERVER

if TYPE_CHECKING:
    from random import Random

_HANDSHAKE, _DATA = 22, 23
_RANDOM = slice(11, 43)  # of a ClientHello record: record head 5, handshake head 4, version 2
_LABELS = {
    (CLIENT, _HANDSHAKE): "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    (SERVER, _HANDSHAKE): "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    (CLIENT, _DATA): "CLIENT_TRAFFIC_SECRET_0",
    (SERVER, _DATA): "SERVER_TRAFFIC_SECRET_0",
}
_MOST = 1 << 14
"""Bytes of one record (RFC 8446 5.1)."""


class Sealed:
    """One connection, and the secrets of both its ends."""

    def __init__(self, chance: Random, host: str) -> None:
        self.chance = chance
        self.hello = tls.client_hello(chance, host, protocols=("http/1.1",))
        self._secrets = {way: chance.randbytes(32) for way in _LABELS}
        self._numbers = dict.fromkeys(_LABELS, 0)

    def answer(self) -> bytes:
        """Give the server's flight: its hello, and closed the rest up to Finished."""
        hello = tls.server_hello(self.chance, self.hello)
        rest = tls.handshake(8, b"\0\0") + tls.handshake(11, b"\0" + b"\0\0\0")
        rest += tls.handshake(15, b"\x04\x03" + struct.pack(">H", 64) + self.chance.randbytes(64))
        rest += tls.handshake(20, self.chance.randbytes(32))
        return hello + tls.CHANGE_CIPHER + self._closed(SERVER, _HANDSHAKE, rest)

    def finish(self) -> bytes:
        """Give the client's second flight."""
        finished = tls.handshake(20, self.chance.randbytes(32))
        return tls.CHANGE_CIPHER + self._closed(CLIENT, _HANDSHAKE, finished)

    def said(self, side: int, data: bytes) -> bytes:
        """Close what one side says."""
        parts = [data[at : at + _MOST] for at in range(0, len(data), _MOST)]
        return b"".join(self._closed(side, _DATA, part) for part in parts)

    def key_log(self) -> str:
        """Give the lines of the key log."""
        known = self.hello[_RANDOM].hex()
        return "".join(f"{label} {known} {self._secrets[way].hex()}\n" for way, label in _LABELS.items())

    def _closed(self, side: int, kind: int, plain: bytes) -> bytes:
        way = side, kind
        secret, number = self._secrets[way], self._numbers[way]
        self._numbers[way] += 1
        key, iv = _expand(secret, "key", 16), _expand(secret, "iv", 12)
        nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
        head = struct.pack(">BHH", 0x17, 0x0303, len(plain) + 17)
        return head + AESGCM(key).encrypt(nonce, plain + bytes([kind]), head)


def _expand(secret: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand-Label without a context (RFC 8446 7.1)."""
    name = b"tls13 " + label.encode()
    info = struct.pack(">HB", length, len(name)) + name + b"\0"
    return HKDFExpand(algorithm=SHA256(), length=length, info=info).derive(secret)
