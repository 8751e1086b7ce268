"""QUIC packets closed by the rules of RFC 9001 sections 5.2 to 5.4, with secrets that a test chooses."""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vitne.decrypt.schedule import expand_label

SECRET = bytes(range(32))
RANDOM = b"\x11" * 32
FIRST_ID, CLIENT_ID, SERVER_ID = b"firstone", b"", b"12345678"
_SALT = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")  # RFC 9001 section 5.2
_HELLO = b"\x03\x03" + RANDOM + b"\x00\x00\x02\x13\x01\x01\x00"
_CHOSEN = b"\x03\x03" + b"s" * 32 + b"\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04"


def expand(secret: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand-Label with SHA-256."""
    return expand_label(secret, label, length, hash_name="sha256")


def _closed(
    header: bytes, written: bytes, plain: bytes, *, keys: tuple[bytes, bytes, bytes], number: int
) -> bytes:
    """Close a packet whose header ends with its number."""
    key, iv, hp = keys
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    closed = AESGCM(key).encrypt(nonce, plain, header + written)
    sample = (written + closed)[4:20]
    mask = Cipher(algorithms.AES(hp), modes.ECB()).encryptor().update(sample)
    covered = bytes(a ^ b for a, b in zip(written, mask[1:], strict=False))
    hidden = mask[0] & (0x0F if header[0] & 0x80 else 0x1F)
    return bytes([header[0] ^ hidden]) + header[1:] + covered + closed


def sealed(number: int, plain: bytes, *, phase: int = 0, to: bytes = SERVER_ID, size: int = 2) -> bytes:
    """Give a packet with a short header."""
    secret = SECRET
    for _ in range(phase):
        secret = expand(secret, "quic ku", 32)
    keys = expand(secret, "quic key", 16), expand(secret, "quic iv", 12), expand(SECRET, "quic hp", 16)
    written = (number & ((1 << 8 * size) - 1)).to_bytes(size, "big")
    header = bytes([0x40 | (phase & 1) << 2 | (size - 1)]) + to
    return _closed(header, written, plain + bytes(max(0, 4 - len(plain))), keys=keys, number=number)


def initial(side: int, plain: bytes, *, number: int = 0, server: bytes = SERVER_ID) -> bytes:
    """Give an Initial packet of a side of version 1."""
    secret = hmac.digest(_SALT, FIRST_ID, "sha256")
    own = expand(secret, "server in" if side else "client in", 32)
    keys = expand(own, "quic key", 16), expand(own, "quic iv", 12), expand(own, "quic hp", 16)
    to, back = (CLIENT_ID, server) if side else (FIRST_ID, CLIENT_ID)
    header = b"\xc1\x00\x00\x00\x01" + bytes([len(to)]) + to + bytes([len(back)]) + back + b"\x00"
    header += (0x4000 | 2 + len(plain) + 16).to_bytes(2, "big")
    return _closed(header, number.to_bytes(2, "big"), plain, keys=keys, number=number)


def hellos(*, server: bytes = SERVER_ID) -> list[tuple[int, bytes]]:
    """Give the datagrams that begin a conversation: both hellos; ``server`` is the id that its end chose."""
    found = []
    for side, (kind, body) in enumerate(((1, _HELLO), (2, _CHOSEN))):
        message = bytes([kind]) + len(body).to_bytes(3, "big") + body
        frame = b"\x06\x00" + (0x4000 | len(message)).to_bytes(2, "big") + message
        found.append((side, initial(side, frame, server=server)))
    return found


def key_log() -> bytes:
    """Give the key log of such a conversation."""
    labels = ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET")
    labels += ("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
    return "".join(f"{label} {RANDOM.hex()} {SECRET.hex()}\n" for label in labels).encode()


def stream_frame(number: int, offset: int, content: bytes, *, fin: bool = False) -> bytes:
    """Give a STREAM frame with offset and length (RFC 9000 section 19.8)."""
    head = (
        bytes([0x0E | fin]) + (0x4000 | number).to_bytes(2, "big") + (0x80000000 | offset).to_bytes(4, "big")
    )
    return head + (0x4000 | len(content)).to_bytes(2, "big") + content
