"""Ciphers that are no block ciphers: RC4, ChaCha20, XXTEA, and a key combined over and over.

specification: RFC 6229 (RC4 streams); RFC 8439 (ChaCha20, with and without Poly1305); XXTEA as in ``tea``
"""

from __future__ import annotations

import codecs
import warnings
from typing import TYPE_CHECKING

from vitne.ciphers.blocks import combined
from vitne.ciphers.opening import LEAST_TEXT, Way, speaks
from vitne.ciphers.tea import xxtea_decrypt, xxtea_encrypt
from vitne.encodings._looks import packed, readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vitne.model import Key

_LOOK = 8  # bytes of which most beginnings that are none are told
_SAMPLE = 64  # bytes that a wrong key would not make text of
_RC4_KEYS = frozenset({5, 7, 8, 10, 16, 20, 24, 32})
_LONGEST_WHOLE = 64 << 10  # bytes of XXTEA, which is slow
_LONGEST_TAGGED = 4 << 20


def rc4(data: bytes, key: bytes) -> bytes:
    """Run RC4, which is its own inverse."""
    from cryptography.hazmat.primitives.ciphers import Cipher

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4

        return Cipher(ARC4(key), None).encryptor().update(data)


def xor(data: bytes, key: bytes) -> bytes:
    """Combine data with a key over and over."""
    return combined(data, (key * (len(data) // len(key) + 1))[: len(data)]) if data else b""


def _text(sample: bytes) -> bool:
    return len(sample) >= LEAST_TEXT and readable(sample)


def _promises(head: bytes) -> bool:
    """Say whether a text or a known format may begin with these bytes."""
    try:
        codecs.utf_8_decode(head)  # a letter may be cut off behind
    except UnicodeDecodeError:
        return packed(head)
    return True


class Rc4:
    """RC4 under one key; its stream's beginning is kept."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self._begin = rc4(bytes(_SAMPLE), key.data)

    def promises(self, data: bytes) -> bool:
        """Say at one look whether the key may make something of the data."""
        return _promises(combined(data[:_LOOK], self._begin))

    def open(self, data: bytes) -> Iterator[Way]:
        """Yield what the key makes of the data, if it is text or a known format."""
        sample = combined(data[:_SAMPLE], self._begin)
        if _text(sample) or (packed(sample) and len(sample) >= LEAST_TEXT):
            yield Way(mode="stream", plain=rc4(data, self.key.data))

    def close(self, way: Way) -> bytes:
        """Encipher again."""
        return rc4(way.plain, self.key.data)


class Xor:
    """A key that is combined over and over."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self._begin = xor(bytes(_LOOK), key.data)

    def promises(self, data: bytes) -> bool:
        """Say at one look whether the key may make something of the data."""
        return _promises(combined(data[:_LOOK], self._begin))

    def open(self, data: bytes) -> Iterator[Way]:
        """Yield what the key makes of the data, if it is text or a known format."""
        if self.key.data.strip(b"\x00"):
            sample = xor(data[:_SAMPLE], self.key.data)
            if _text(sample) or (self.key.cipher == "xor" and speaks(sample)):
                yield Way(mode="repeat", plain=xor(data, self.key.data))

    def close(self, way: Way) -> bytes:
        """Combine again."""
        return xor(way.plain, self.key.data)


class ChaCha:
    """ChaCha20 with a nonce of 12 bytes before the text, alone or with its tag behind."""

    def __init__(self, key: Key) -> None:
        self.key = key

    def _run(self, data: bytes, nonce: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

        return Cipher(algorithms.ChaCha20(self.key.data, bytes(4) + nonce), None).encryptor().update(data)

    def open(self, data: bytes) -> Iterator[Way]:
        """Yield what the key makes of the data: proved by the tag, or text."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        whence, nonce, rest = "before", data[:12], data[12:]
        if self.key.iv is not None and len(self.key.iv) == 12:
            whence, nonce, rest = "given", self.key.iv, data
        shown = nonce if whence == "before" else b""
        if len(nonce) == 12 and 16 < len(rest) <= _LONGEST_TAGGED:
            try:
                plain = ChaCha20Poly1305(self.key.data).decrypt(nonce, rest, None)
            except InvalidTag:
                if _text(self._run(rest[:_SAMPLE], nonce)):
                    yield Way(mode="stream", plain=self._run(rest, nonce), iv_from=whence, iv=shown)
                return
            yield Way(mode="poly1305", plain=plain, iv_from=whence, iv=shown)

    def close(self, way: Way) -> bytes:
        """Encipher again."""
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        nonce = way.iv or self.key.iv or b""
        before = nonce if way.iv_from == "before" else b""
        if way.mode == "poly1305":
            return before + ChaCha20Poly1305(self.key.data).encrypt(nonce, way.plain, None)
        return before + self._run(way.plain, nonce)


class Xxtea:
    """XXTEA of whole words, with the length behind the text or without."""

    def __init__(self, key: Key) -> None:
        self.key = key

    def open(self, data: bytes) -> Iterator[Way]:
        """Yield what the key makes of the data, if it is text."""
        if len(data) < 8 or len(data) % 4 or len(data) > _LONGEST_WHOLE:
            return
        plain = xxtea_decrypt(data, self.key.data)
        length = int.from_bytes(plain[-4:], "little")
        if len(plain) - 7 <= length <= len(plain) - 4 and readable(plain[:length]):
            yield Way(mode="whole", plain=plain[:length], padding="length")
        elif readable(plain.rstrip(b"\x00")):
            text = plain.rstrip(b"\x00")
            yield Way(mode="whole", plain=text, padding="zero" if text != plain else "none")

    def close(self, way: Way) -> bytes:
        """Encipher again."""
        data = way.plain + bytes(-len(way.plain) % 4) if way.padding != "none" else way.plain
        if way.padding == "length":
            data += len(way.plain).to_bytes(4, "little")
        return xxtea_encrypt(data, self.key.data)


Flowing = Rc4 | Xor | ChaCha | Xxtea


def flowing_of(key: Key) -> list[tuple[str, Flowing]]:
    """Give what to try with a key by name: what it names, else what takes so many bytes."""
    length = len(key.data)
    made: list[tuple[str, Callable[[Key], Flowing], bool, bool]] = [
        ("rc4", Rc4, length in _RC4_KEYS, True),
        ("chacha20", ChaCha, length == 32, True),
        ("xxtea", Xxtea, length == 16, False),
        ("xor", Xor, length > 0, True),
    ]
    return [
        (name, make(key))
        for name, make, fits, common in made
        if fits and (key.cipher == name or (not key.cipher and common))
    ]
