"""From the secrets of a key log to the keys of records.

summary: HKDF-Expand-Label of TLS 1.3, the PRF of TLS 1.2 and its key block
specification: RFC 8446 sections 7.1 to 7.3; RFC 5246 sections 5 and 6.3
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from vitne.decrypt.suites import Suite

HASH_LENGTHS = {"sha1": 20, "sha256": 32, "sha384": 48}  # bytes of a digest
_FIXED = {"gcm": 4, "ccm": 4, "chacha": 12, "cbc": 0}  # bytes of a TLS 1.2 nonce that come from the key block


def expand_label(secret: bytes, label: str, length: int, *, hash_name: str) -> bytes:
    """HKDF-Expand-Label without context (RFC 8446 section 7.1), for at most one digest of bytes."""
    name = b"tls13 " + label.encode("ascii")
    info = length.to_bytes(2, "big") + bytes([len(name)]) + name + b"\x00"
    return hmac.digest(secret, info + b"\x01", hash_name)[:length]


class Keys(NamedTuple):
    """What the records of one side are closed with."""

    key: bytes  # key of the cipher
    iv: bytes  # 12 bytes (TLS 1.3, ChaCha20), 4 bytes of salt (GCM and CCM of TLS 1.2), none (CBC)
    mac: bytes = b""  # key of the MAC, CBC only


def traffic_keys(secret: bytes, suite: Suite) -> Keys:
    """Give the keys of a TLS 1.3 traffic secret (RFC 8446 section 7.3)."""
    return Keys(
        expand_label(secret, "key", suite.key, hash_name=suite.hash),
        expand_label(secret, "iv", 12, hash_name=suite.hash),
    )


def next_secret(secret: bytes, suite: Suite) -> bytes:
    """Give the application traffic secret after a key update (RFC 8446 section 7.2)."""
    return expand_label(secret, "traffic upd", HASH_LENGTHS[suite.hash], hash_name=suite.hash)


def prf(secret: bytes, label: bytes, seed: bytes, *, length: int, hash_name: str) -> bytes:
    """Give so many bytes of the TLS 1.2 PRF (RFC 5246 section 5)."""
    seed = label + seed
    out, block = b"", seed
    while len(out) < length:
        block = hmac.digest(secret, block, hash_name)
        out += hmac.digest(secret, block + seed, hash_name)
    return out[:length]


def key_block(
    master: bytes, suite: Suite, *, client_random: bytes, server_random: bytes
) -> tuple[Keys, Keys]:
    """Give the client's and the server's keys of a TLS 1.2 master secret (RFC 5246 section 6.3)."""
    mac = HASH_LENGTHS[suite.mac] if suite.mac else 0
    fixed = _FIXED[suite.cipher]
    block = prf(
        master,
        b"key expansion",
        server_random + client_random,
        length=2 * (mac + suite.key + fixed),
        hash_name=suite.hash,
    )
    pieces, at = [], 0
    for length in (mac, mac, suite.key, suite.key, fixed, fixed):
        pieces.append(block[at : at + length])
        at += length
    macs, keys, ivs = pieces[0:2], pieces[2:4], pieces[4:6]
    return Keys(keys[0], ivs[0], macs[0]), Keys(keys[1], ivs[1], macs[1])
