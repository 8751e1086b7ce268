"""Block ciphers, one block at a time: enough to try a key, and to build every mode of operation.

specification: FIPS 197 (AES); FIPS 46-3 (DES, triple DES); GB/T 32907 (SM4); Blowfish, CAST5 (RFC 2144),
Camellia (RFC 3713), IDEA, SEED (RFC 4269), RC2 (RFC 2268) as their papers have them; TEA, XTEA
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import msgspec

from vitne.ciphers import tea


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One block cipher."""

    name: str  # what layers call it
    size: int  # bytes of a block
    keys: tuple[int, ...]  # lengths of keys it takes, bytes
    common: bool = False  # tried with every key of such a length; the others where a key names them
    make: Callable[[bytes], Any]  # gives what runs it: encrypt(blocks) and decrypt(blocks)


class Runner:
    """One key of one cipher, ready to take whole blocks either way; keeps nothing of what it saw."""

    def __init__(self, algorithm: Any) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, modes

        self._cipher: Any = Cipher(algorithm, modes.ECB())  # noqa: S305  (modes are built from single blocks)

    @functools.cached_property
    def decrypt(self) -> Callable[[bytes], bytes]:
        """Decipher whole blocks, each by itself."""
        update: Callable[[bytes], bytes] = self._cipher.decryptor().update
        return update

    @functools.cached_property
    def encrypt(self) -> Callable[[bytes], bytes]:
        """Encipher whole blocks, each by itself."""
        update: Callable[[bytes], bytes] = self._cipher.encryptor().update
        return update


def _modern(name: str) -> Callable[[bytes], Runner]:
    def make(key: bytes) -> Runner:
        from cryptography.hazmat.primitives.ciphers import algorithms

        return Runner(getattr(algorithms, name)(key))

    return make


def _old(name: str, *, times: int = 1) -> Callable[[bytes], Runner]:
    """Give a cipher that nobody should use any more, and senders do."""

    def make(key: bytes) -> Runner:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from cryptography.hazmat.decrepit.ciphers import algorithms

            return Runner(getattr(algorithms, name)(key * times))

    return make


def _triple(key: bytes) -> Runner:
    """Take two keys as three, the third being the first again (keying option 2)."""
    return _old("TripleDES")(key + key[:8] if len(key) == 16 else key)


BLOCKS: dict[str, Block] = {
    one.name: one
    for one in (
        Block(name="aes", size=16, keys=(16, 24, 32), common=True, make=_modern("AES")),
        Block(name="sm4", size=16, keys=(16,), common=True, make=_modern("SM4")),
        Block(name="des", size=8, keys=(8,), common=True, make=_old("TripleDES", times=3)),
        Block(name="3des", size=8, keys=(16, 24), common=True, make=_triple),
        Block(name="blowfish", size=8, keys=tuple(range(4, 57)), common=True, make=_old("Blowfish")),
        Block(name="camellia", size=16, keys=(16, 24, 32), make=_old("Camellia")),
        Block(name="cast5", size=8, keys=tuple(range(5, 17)), make=_old("CAST5")),
        Block(name="idea", size=8, keys=(16,), make=_old("IDEA")),
        Block(name="seed", size=16, keys=(16,), make=_old("SEED")),
        Block(name="tea", size=8, keys=(16,), make=tea.Tea),
        Block(name="tea-16", size=8, keys=(16,), make=functools.partial(tea.Tea, rounds=16)),
        Block(name="xtea", size=8, keys=(16,), make=tea.Xtea),
    )
}
"""Every block cipher by its name."""
OTHERS = ("rc4", "chacha20", "xxtea", "xor")
"""Ciphers that are no block ciphers."""


def padded(data: bytes, size: int, *, padding: str) -> bytes:
    """Fill up to whole blocks: "pkcs7" (RFC 5652 section 6.3), "zero" or "none"."""
    if padding == "pkcs7":
        fill = size - len(data) % size
        return data + bytes([fill]) * fill
    return data + bytes(-len(data) % size) if padding == "zero" else data


def padding_of(last: bytes) -> int:
    """Give how many bytes of PKCS #7 padding end a last block; 0 where there is none."""
    fill = last[-1]
    return fill if 1 <= fill <= len(last) and last.endswith(bytes([fill]) * fill) else 0


def combined(one: bytes, other: bytes) -> bytes:
    """Combine two texts of equal length by exclusive or."""
    length = len(one)
    return (int.from_bytes(one, "big") ^ int.from_bytes(other[:length], "big")).to_bytes(length, "big")
