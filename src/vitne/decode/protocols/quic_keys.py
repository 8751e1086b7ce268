"""Keys of Initial packets: anyone who sees the first packet can compute them, and so take the cover off.

Follows RFC 9001 sections 5.2 to 5.4, RFC 9369 section 3.3 for version 2.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_V1 = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
_V2 = bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9")
_DRAFT_29 = bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899")
_DRAFT_23 = bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502")
_Q050 = bytes.fromhex("504574efd066fe2f9d945cfcdbd3a7f0d3b56b45")
_T050 = bytes.fromhex("7ff579e5acd072915580304c43a2367c60488310")
_T051 = bytes.fromhex("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d")

VERSION_2 = 0x6B3343CF
GOOGLE = {0x51303530: "Q050", 0x54303530: "T050", 0x54303531: "T051"}


class Keys(NamedTuple):
    """What one side's Initial packets are closed with."""

    key: bytes  # AES-128-GCM key
    iv: bytes  # 12 bytes
    hp: bytes  # AES-128 key of the header protection


def version_name(version: int) -> str:
    """Name a version for a person."""
    if version in GOOGLE or version >> 16 in {0x5130, 0x5430}:
        return version.to_bytes(4, "big").decode("ascii", "backslashreplace")
    if version >> 8 == 0xFF0000:
        return f"draft-{version & 0xFF}"
    return {1: "1", VERSION_2: "2"}.get(version, f"0x{version:08x}")


def salt_of(version: int) -> bytes | None:
    """Give the salt of a version's Initial packets; None for a version that is not known."""
    known = {
        0x00000001: _V1,
        VERSION_2: _V2,
        0x51303530: _Q050,
        0x54303530: _T050,
        0x54303531: _T051,
        0xFACEB001: _DRAFT_23,
        0xFACEB002: _DRAFT_23,
    }
    if version in known:
        return known[version]
    if version >> 8 == 0xFF0000:
        draft = version & 0xFF
        for first, last, salt in ((23, 28, _DRAFT_23), (29, 32, _DRAFT_29), (33, 34, _V1)):
            if first <= draft <= last:
                return salt
    return None


def derive(version: int, connection: bytes) -> tuple[Keys, Keys] | None:
    """Give client's and server's keys from the client's first destination connection id."""
    salt = salt_of(version)
    if salt is None:
        return None
    secret = hmac.digest(salt, connection, hashlib.sha256)
    word = "quicv2" if version == VERSION_2 else "quic"
    pairs = []
    for label in ("client in", "server in"):
        side = expand(secret, label, 32)
        key, iv, hp = (
            expand(side, f"{word} {name}", size) for name, size in (("key", 16), ("iv", 12), ("hp", 16))
        )
        pairs.append(Keys(key, iv, hp))
    return pairs[0], pairs[1]


def expand(secret: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand-Label with SHA-256 for up to 32 bytes (RFC 8446 section 7.1): one block is enough."""
    name = b"tls13 " + label.encode("ascii")
    info = length.to_bytes(2, "big") + bytes([len(name)]) + name + b"\x00"
    return hmac.digest(secret, info + b"\x01", hashlib.sha256)[:length]


def uncover(packet: bytes, number_at: int, keys: Keys) -> bytes | None:
    """Take header and packet protection off one long-header packet; None where the keys do not fit.

    ``packet`` begins with the header and ends with the tag, ``number_at`` is where the packet number stands.
    The number is taken as written: first flights never reach the point where it is shortened.
    """
    sample = packet[number_at + 4 : number_at + 20]
    if len(sample) < 16:
        return None
    encryptor = Cipher(algorithms.AES128(keys.hp), modes.ECB()).encryptor()  # noqa: S305  (RFC 9001 5.4.3)
    mask = encryptor.update(sample)
    first = packet[0] ^ (mask[0] & 0x0F)
    size = (first & 0x03) + 1
    number = bytes(a ^ b for a, b in zip(packet[number_at : number_at + size], mask[1:], strict=False))
    header = bytes([first]) + packet[1:number_at] + number
    nonce = (int.from_bytes(keys.iv, "big") ^ int.from_bytes(number, "big")).to_bytes(12, "big")
    try:
        return AESGCM(keys.key).decrypt(nonce, packet[number_at + size :], header)
    except InvalidTag:
        return None
