"""Taking header and packet protection off QUIC packets, many at a time.

summary: AES-GCM, AES-CCM and ChaCha20-Poly1305 of QUIC versions 1 and 2, header protection, key updates
specification: RFC 9001 sections 5 and 6; RFC 9369 section 3.3; RFC 9000 appendix A.3

Header protection does not change with a key update, so the headers of all packets of a side are uncovered at
one go; the payloads then follow one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from vitne.decode.protocols.quic_keys import VERSION_2
from vitne.decrypt.schedule import HASH_LENGTHS, expand_label
from vitne.decrypt.suites import SUITES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.decrypt.suites import Suite

    Bytes = bytes | memoryview
    Plain = bytes | None

TAG = 16  # bytes of the authentication tag (RFC 9001 section 5.3)
SAMPLE = 16  # bytes that the header's mask is made from (section 5.4.2)
_SAMPLE_BEHIND = 4  # bytes from the packet number to the sample, however long the number is
_INITIAL_SUITE = SUITES[0x1301]  # AES-128-GCM with SHA-256 (section 5.2)


def words(version: int) -> str:
    """Give what the labels of a version begin with (RFC 9369 section 3.3.2)."""
    return "quicv2 " if version == VERSION_2 else "quic "


def suites_of(secret: bytes, agreed: Suite | None) -> list[Suite]:
    """Give the suites that a secret of this length can belong to, the agreed one first."""
    fitting = [
        suite
        for suite in SUITES.values()
        if suite.modern and HASH_LENGTHS[suite.hash] == len(secret) and suite.tag == TAG
    ]
    fitting.sort(key=lambda suite: suite != agreed)
    return fitting[:1] if agreed is not None and agreed in fitting else fitting


class Header(NamedTuple):
    """The header of a packet without its cover."""

    first: int  # first byte
    size: int  # bytes of the packet number
    number: int  # packet number as far as it is written
    text: bytes | memoryview  # the whole header, which is authenticated


class Cover:
    """The keys of one side, version and encryption level: a secret and what follows from it."""

    def __init__(self, secret: bytes, suite: Suite, version: int) -> None:
        self._suite = suite
        self._words = words(version)
        self._secrets = [secret]  # one per key phase
        hp = self._expand(secret, "hp", suite.key)
        self._chacha = hp if suite.cipher == "chacha" else b""
        self._ecb: Any = None
        if not self._chacha:
            self._ecb = Cipher(algorithms.AES(hp), modes.ECB()).encryptor()  # noqa: S305  (RFC 9001 5.4.3)
        self._phases = [self._keys(secret)]
        self.opened = False  # at least one packet authenticated

    @classmethod
    def initial(cls, secret: bytes, version: int) -> Cover:
        """Make the keys of Initial packets from a side's initial secret (section 5.2)."""
        return cls(secret, _INITIAL_SUITE, version)

    def _expand(self, secret: bytes, label: str, length: int) -> bytes:
        return expand_label(secret, self._words + label, length, hash_name=self._suite.hash)

    def _keys(self, secret: bytes) -> tuple[Any, int]:
        key, iv = self._expand(secret, "key", self._suite.key), self._expand(secret, "iv", 12)
        kind: Any = {"chacha": ChaCha20Poly1305, "gcm": AESGCM, "ccm": AESCCM}[self._suite.cipher]
        return kind(key).decrypt, int.from_bytes(iv, "big")

    def phase(self, number: int) -> tuple[Any, int]:
        """Give decryption and nonce of a key phase, counted from 0 (section 6.1)."""
        while number >= len(self._phases):
            length = HASH_LENGTHS[self._suite.hash]
            self._secrets.append(self._expand(self._secrets[-1], "ku", length))
            self._phases.append(self._keys(self._secrets[-1]))
        return self._phases[number]

    def masks(self, samples: bytes) -> bytes:
        """Give 16 bytes of mask for each sample of 16 bytes, of which five count (section 5.4.1)."""
        if self._ecb is not None:
            masked: bytes = self._ecb.update(samples)
            return masked
        made = []
        for at in range(0, len(samples), SAMPLE):
            cipher = Cipher(algorithms.ChaCha20(self._chacha, samples[at : at + SAMPLE]), mode=None)
            made.append(cipher.encryptor().update(bytes(SAMPLE)))
        return b"".join(made)

    def header(self, packet: bytes, number_at: int) -> Header | None:
        """Take the cover off the header of one packet with a long header; None where it is too short."""
        at = number_at + _SAMPLE_BEHIND
        sample = packet[at : at + SAMPLE]
        if len(sample) < SAMPLE:
            return None
        mask = self.masks(sample)
        first = packet[0] ^ (mask[0] & 0x0F)
        size = (first & 3) + 1
        hidden = int.from_bytes(packet[number_at : number_at + size], "big")
        number = hidden ^ int.from_bytes(mask[1 : 1 + size], "big")
        return Header(
            first, size, number, bytes([first]) + packet[1:number_at] + number.to_bytes(size, "big")
        )

    def open(self, number: int, header: Bytes, closed: Bytes, phase: int = 0) -> Plain:
        """Open a payload by its packet number; None where it does not authenticate."""
        decrypt, nonce = self.phase(phase)
        if len(closed) < TAG:
            return None
        try:
            plain: bytes = decrypt((nonce ^ number).to_bytes(12, "big"), closed, header)
        except InvalidTag:
            return None
        self.opened = True
        return plain


class Headers(NamedTuple):
    """Short headers of many packets without their cover, as columns."""

    first: list[int]  # first bytes
    size: list[int]  # bytes of the packet number
    number: list[int]  # packet number as far as it is written
    text: memoryview  # headers one after the other, each ``width`` bytes apart
    width: int

    def header(self, index: int, id_length: int) -> memoryview:
        """Give the header of a packet, which is authenticated."""
        at = index * self.width
        return self.text[at : at + 1 + id_length + self.size[index]]


def short_headers(data: np.ndarray, starts: np.ndarray, id_length: int, cover: Cover) -> Headers:
    """Uncover short headers (RFC 9000 section 17.3.1) that begin at these positions of some bytes.

    Each packet must have at least ``least(id_length)`` bytes.
    """
    number_at = 1 + id_length
    around = np.arange(number_at + 4)
    text = data[starts[:, None] + around]
    samples = data[
        starts[:, None] + np.arange(number_at + _SAMPLE_BEHIND, number_at + _SAMPLE_BEHIND + SAMPLE)
    ]
    masks = np.frombuffer(cover.masks(samples.tobytes()), dtype=np.uint8).reshape(-1, SAMPLE)
    text[:, 0] ^= masks[:, 0] & 0x1F
    size = (text[:, 0] & 3).astype(np.int64) + 1
    keep = np.arange(4)[None, :] < size[:, None]
    text[:, number_at:] ^= np.where(keep, masks[:, 1:5], 0).astype(np.uint8)
    whole = text[:, number_at:].astype(np.int64) @ np.array([1 << 24, 1 << 16, 1 << 8, 1])
    number = whole >> (8 * (4 - size))
    return Headers(
        text[:, 0].tolist(), size.tolist(), number.tolist(), memoryview(text.tobytes()), number_at + 4
    )


def least(id_length: int) -> int:
    """Give the bytes of the shortest packet with a short header that can be opened (section 5.4.2)."""
    return 1 + id_length + _SAMPLE_BEHIND + SAMPLE


def whole_number(written: int, size: int, expected: int) -> int:
    """Complete a packet number of which the last bytes are written (RFC 9000 appendix A.3)."""
    window = 1 << (8 * size)
    found = (expected & ~(window - 1)) | written
    if found <= expected - window // 2 and found < (1 << 62) - window:
        return found + window
    if found > expected + window // 2 and found >= window:
        return found - window
    return found


def covers(secrets: Sequence[bytes], agreed: Suite | None, version: int) -> list[Cover]:
    """Make the keys that these secrets of a key log can stand for, the likeliest first."""
    return [Cover(secret, suite, version) for secret in secrets for suite in suites_of(secret, agreed)]
