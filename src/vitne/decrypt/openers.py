"""Taking the protection off one record.

summary: AES-GCM, AES-CCM and ChaCha20-Poly1305 of TLS 1.2 and 1.3; AES-CBC with HMAC, either order
specification: RFC 8446 section 5.2; RFC 5246 section 6.2.3; RFC 5288 section 3; RFC 7905 section 2; RFC 7366
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from vitne.decrypt.schedule import HASH_LENGTHS

if TYPE_CHECKING:
    from vitne.decrypt.schedule import Keys
    from vitne.decrypt.suites import Suite

    Opened = tuple[int, bytes, int]  # type of what is inside, bytes, how many of them are content
    Payload = bytes | memoryview

_BLOCK = 16  # bytes of an AES block
_EXPLICIT = 8  # bytes of the nonce that a GCM or CCM record of TLS 1.2 carries


class Opener(Protocol):
    """One side's keys of one epoch.  Pure: the number of the record is handed over."""

    overhead: int  # bytes of a payload that are no content, at least

    def open(self, number: int, header: bytes, payload: Payload) -> Opened | None:
        """Open a record by its number and its 5-byte header; None where it does not authenticate."""
        ...


def _aead(suite: Suite, key: bytes) -> AESGCM | AESCCM | ChaCha20Poly1305:
    if suite.cipher == "chacha":
        return ChaCha20Poly1305(key)
    return AESGCM(key) if suite.cipher == "gcm" else AESCCM(key, suite.tag)


class Modern:
    """Records of TLS 1.3: the type is the last byte that is not zero (RFC 8446 section 5.4)."""

    def __init__(self, suite: Suite, keys: Keys) -> None:
        self._decrypt = _aead(suite, keys.key).decrypt
        self._iv = int.from_bytes(keys.iv, "big")
        self._least = suite.tag + 1
        self.overhead = suite.tag + 1

    def open(self, number: int, header: bytes, payload: Payload) -> Opened | None:
        """Open a record; see ``Opener``."""
        if len(payload) < self._least:
            return None
        try:
            plain = self._decrypt((self._iv ^ number).to_bytes(12, "big"), payload, header)
        except InvalidTag:
            return None
        length = len(plain) - 1
        kind = plain[length]
        if not kind:
            length = len(plain.rstrip(b"\x00")) - 1
            if length < 0:
                return 0, b"", 0  # nothing but padding, which is forbidden
            kind = plain[length]
        return kind, plain, length


class Aead:
    """AEAD records of TLS 1.2: with eight bytes of the nonce before the content, or none (ChaCha20)."""

    def __init__(self, suite: Suite, keys: Keys) -> None:
        self._decrypt = _aead(suite, keys.key).decrypt
        self._tag = suite.tag
        self._salt = keys.iv
        self._iv = int.from_bytes(keys.iv, "big")
        self._explicit = 0 if suite.cipher == "chacha" else _EXPLICIT
        self.overhead = self._explicit + suite.tag

    def open(self, number: int, header: bytes, payload: Payload) -> Opened | None:
        """Open a record; see ``Opener``."""
        length = len(payload) - self.overhead
        if length < 0:
            return None
        if self._explicit:
            nonce = self._salt + bytes(payload[:_EXPLICIT])
            payload = payload[_EXPLICIT:]
        else:
            nonce = (self._iv ^ number).to_bytes(12, "big")
        said = number.to_bytes(8, "big") + header[:3] + length.to_bytes(2, "big")
        try:
            return header[0], self._decrypt(nonce, payload, said), length
        except InvalidTag:
            return None


class Cbc:
    """AES-CBC records of TLS 1.2: MAC inside (RFC 5246 6.2.3.2), or outside if agreed (RFC 7366)."""

    def __init__(self, suite: Suite, keys: Keys, *, outside: bool) -> None:
        self._cipher = algorithms.AES(keys.key)
        self._mac_key = keys.mac
        self._hash = suite.mac
        self._mac = HASH_LENGTHS[suite.mac]
        self._outside = outside
        self.overhead = _BLOCK + self._mac + 1

    def open(self, number: int, header: bytes, payload: Payload) -> Opened | None:
        """Open a record; see ``Opener``."""
        start = number.to_bytes(8, "big") + header[:3]
        closed = bytes(payload)
        if self._outside:
            closed, mac = closed[: -self._mac], closed[-self._mac :]
            if len(mac) < self._mac or self._digest(start, closed) != mac:
                return None
        if len(closed) < 2 * _BLOCK or len(closed) % _BLOCK:
            return None
        decryptor = Cipher(self._cipher, modes.CBC(closed[:_BLOCK])).decryptor()
        plain = decryptor.update(closed[_BLOCK:]) + decryptor.finalize()
        length = len(plain) - 1 - plain[-1]
        if length < 0 or plain[length:] != bytes([plain[-1]]) * (plain[-1] + 1):
            return None
        if not self._outside:
            length -= self._mac
            if length < 0 or self._digest(start, plain[:length]) != plain[length : length + self._mac]:
                return None
        return header[0], plain, length

    def _digest(self, start: bytes, content: bytes) -> bytes:
        said = start + len(content).to_bytes(2, "big") + content
        return hmac.digest(self._mac_key, said, self._hash)


def opener(suite: Suite, keys: Keys, *, outside: bool = False) -> Opener:
    """Make the opener of one side and epoch; ``outside`` says that encrypt-then-MAC was agreed."""
    if suite.modern:
        return Modern(suite, keys)
    if suite.cipher == "cbc":
        return Cbc(suite, keys, outside=outside)
    return Aead(suite, keys)
