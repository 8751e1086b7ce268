"""Ciphers and masks: with a key that the user hands over, a key that can be derived, and a key nobody has.

specification: FIPS 197, SP 800-38A, SP 800-38D; FIPS 46-3; GB/T 32907 (SM4); RFC 6455 5.3 (mask)
"""

from __future__ import annotations

import hashlib
import itertools
import struct
import warnings
import zlib
from typing import TYPE_CHECKING, Any

from bench.leakbench.cargo import CannotCarryError, Cargo, Words
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.utils import CryptographyDeprecationWarning

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Wrap = Callable[[Cargo, Random, Words], Cargo]

with warnings.catch_warnings():
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4, Blowfish, TripleDES


def padded(data: bytes, block: int) -> bytes:
    """Fill up to whole blocks (PKCS 7)."""
    fill = block - len(data) % block
    return data + bytes([fill]) * fill


def encrypt(algorithm: Any, mode: Any, data: bytes) -> bytes:
    """Run a cipher over whole blocks."""
    running = Cipher(algorithm, mode).encryptor()
    return running.update(data) + running.finalize()


def des(key: bytes) -> TripleDES:
    """Give single DES: three times the same key."""
    return TripleDES(key * 3)


ALGORITHMS: dict[str, tuple[Callable[[bytes], object], int, int]] = {
    "aes": (algorithms.AES, 16, 16),
    "aes-256": (algorithms.AES, 32, 16),
    "des": (des, 8, 8),
    "3des": (TripleDES, 24, 8),
    "blowfish": (Blowfish, 16, 8),
    "sm4": (algorithms.SM4, 16, 16),
}


def _blocks(name: str, mode: str) -> Wrap:
    """Make a layer of a block cipher under a key of the file of words."""
    make, size, block = ALGORITHMS[name]

    def layer(cargo: Cargo, chance: Random, words: Words) -> Cargo:
        key = chance.choice(words.keys[size])
        data = padded(cargo.data, block)
        codec = name.partition("-")[0]
        if mode == "ecb":
            return cargo.whole(encrypt(make(key), modes.ECB(), data), codec)
        start = {"zero": bytes(block), "key": key[:block]}.get(mode) or chance.randbytes(block)
        if mode == "zero":
            start = bytes(block)
        out = encrypt(make(key), modes.CBC(start), data)
        return cargo.whole(start + out if mode == "prefix" else out, codec)

    return layer


def _counter(cargo: Cargo, chance: Random, words: Words) -> Cargo:
    """AES in counter mode, its first counter block before the text."""
    start = chance.randbytes(16)
    return cargo.whole(
        start + encrypt(algorithms.AES(chance.choice(words.keys[16])), modes.CTR(start), cargo.data), "aes"
    )


def _gcm(cargo: Cargo, chance: Random, words: Words) -> Cargo:
    """AES-GCM as libraries give it: nonce of 12 bytes, text, tag of 16."""
    nonce = chance.randbytes(12)
    running = Cipher(algorithms.AES(chance.choice(words.keys[16])), modes.GCM(nonce)).encryptor()
    out = running.update(cargo.data) + running.finalize()
    return cargo.whole(nonce + out + running.tag, "aes")


def _rc4(cargo: Cargo, chance: Random, words: Words) -> Cargo:
    running = Cipher(ARC4(chance.choice(words.keys[16])), None).encryptor()
    return cargo.whole(running.update(cargo.data), "rc4")


def _unknown_key(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """AES under a key that only the sender has: nobody can read it."""
    start = chance.randbytes(16)
    out = start + encrypt(algorithms.AES(chance.randbytes(16)), modes.CBC(start), padded(cargo.data, 16))
    return cargo.whole(out, "unreadable", reachable=False)


def xor(data: bytes, key: bytes) -> bytes:
    """Give data under a repeated key."""
    return bytes(byte ^ other for byte, other in zip(data, itertools.cycle(key), strict=False))


def _xor(length: int) -> Wrap:
    def layer(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
        key = bytes(chance.randrange(1, 256) for _ in range(length))
        return cargo.wrapped(xor(cargo.data, key), (cargo.low, cargo.high), "xor")

    return layer


def _xor_key_sent(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """Take a repeated key of 32 bytes and send it before the text."""
    key = bytes(chance.randrange(1, 256) for _ in range(32))
    return cargo.wrapped(key + xor(cargo.data, key), (32 + cargo.low, 32 + cargo.high), "xor")


def websocket_mask(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """Give a masked frame of a WebSocket client."""
    mask = chance.randbytes(4)
    size = len(cargo.data)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    if size > 65535:
        raise CannotCarryError("longer than the length written here can say")
    before = b"\x82" + length + mask
    place = (len(before) + cargo.low, len(before) + cargo.high)
    return cargo.wrapped(before + xor(cargo.data, mask), place, "websocket")


def _md5_of_plaintext(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """AES whose key is the MD5 of the plaintext: who knows the plaintext can prove it."""
    key = hashlib.md5(cargo.data, usedforsecurity=False).digest()
    return cargo.whole(encrypt(algorithms.AES(key), modes.ECB(), padded(cargo.data, 16)), "aes")


def _time_key(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """DES whose key is eight digits of a time that a parameter tells: (time mod 10^8) xor 0x1001111."""
    moment = 1690000000 + chance.randrange(10**6)
    key = str((moment % 10**8) ^ 0x1001111)[-8:].encode()
    out = encrypt(des(key), modes.ECB(), padded(cargo.data, 8))
    return cargo.whole(out, "des", beside=(*cargo.beside, ("time", str(moment))))


def _form_key(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """AES whose key is half the MD5 of ids that travel beside it in clear."""
    ids = [("app_id", str(chance.randrange(10**6, 10**7))), ("app_key", str(chance.randrange(10**6, 10**7)))]
    ids.append(("device_id", f"dev{chance.randrange(10**4):04d}"))
    text = "seed:" + "-".join(value for _, value in ids)
    key = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16].encode()
    out = encrypt(algorithms.AES(key), modes.ECB(), padded(cargo.data, 16))
    return cargo.whole(out, "aes", beside=(*cargo.beside, *ids))


def _positions_key(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """DES whose key is chosen letters of an id; the id and the positions travel beside."""
    name = "".join(chance.choice("0123456789abcdef") for _ in range(24))
    places = [chance.randrange(24) for _ in range(8)]
    key = "".join(name[at] for at in places).encode()
    out = encrypt(des(key), modes.ECB(), padded(cargo.data, 8))
    said = (("id", name), ("pos", ",".join(map(str, places))))
    return cargo.whole(out, "des", beside=(*cargo.beside, *said))


def _crc_frame(cargo: Cargo, chance: Random, _words: Words) -> Cargo:
    """Type, length, CRC-32 of the rest, flags, then text under a repeated key."""
    key = bytes(chance.randrange(1, 256) for _ in range(chance.choice((1, 2, 4, 8))))
    rest = b"\x00\x01\x00\x01" + xor(cargo.data, key)
    before = b"\x01\x02" + struct.pack("<HI", len(cargo.data), zlib.crc32(rest)) + rest[:4]
    place = (len(before) + cargo.low, len(before) + cargo.high)
    return cargo.wrapped(before + rest[4:], place, "xor")


LAYERS: dict[str, Wrap] = {
    "aes-ecb": _blocks("aes", "ecb"),
    "aes-cbc": _blocks("aes", "prefix"),
    "aes-cbc-zero": _blocks("aes", "zero"),
    "aes-cbc-key": _blocks("aes", "key"),
    "aes-256-cbc": _blocks("aes-256", "prefix"),
    "aes-ctr": _counter,
    "aes-gcm": _gcm,
    "des-ecb": _blocks("des", "ecb"),
    "des-cbc": _blocks("des", "zero"),
    "3des-cbc": _blocks("3des", "prefix"),
    "blowfish-ecb": _blocks("blowfish", "ecb"),
    "sm4-ecb": _blocks("sm4", "ecb"),
    "sm4-cbc": _blocks("sm4", "zero"),
    "rc4": _rc4,
    "aes-unknown": _unknown_key,
    "aes-md5-of-plaintext": _md5_of_plaintext,
    "des-time": _time_key,
    "aes-form-ids": _form_key,
    "des-positions": _positions_key,
    "xor-1": _xor(1),
    "xor-2": _xor(2),
    "xor-4": _xor(4),
    "xor-8": _xor(8),
    "xor-key-sent": _xor_key_sent,
    "xor-crc-frame": _crc_frame,
    "websocket-mask": websocket_mask,
}
