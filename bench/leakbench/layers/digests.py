"""Digests of a value: of one spelling, with salts and keys, cut short, of several values together.

specification: RFC 1321; FIPS 180-4, 202; RFC 2104; GB/T 32905 (SM3); RFC 1952 8 (CRC-32)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from bench.leakbench.cargo import Cargo, Words

    Wrap = Callable[[Cargo, Random, Words], Cargo]


def sm3(data: bytes) -> bytes:
    """Give the SM3 digest."""
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    running = Hash(SM3())
    running.update(data)
    return running.finalize()


def digest(name: str, data: bytes) -> bytes:
    """Give a digest by its name."""
    return sm3(data) if name == "sm3" else hashlib.new(name, data, usedforsecurity=False).digest()


def _hashed(
    name: str, write: Callable[[bytes], bytes] = lambda raw: raw.hex().encode(), form: str = "hex"
) -> Wrap:
    def layer(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        inner = cargo.whole(digest(name, cargo.data), name)
        return inner if form == "raw" else inner.whole(write(inner.data), form)

    return layer


def _cut(low: int, high: int) -> Callable[[bytes], bytes]:
    return lambda raw: raw.hex()[low:high].encode()


def _twice(name: str) -> Wrap:
    def layer(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
        first = cargo.whole(digest(name, cargo.data).hex().encode(), name).whole(b"", "hex")
        text = digest(name, digest(name, cargo.data).hex().encode()).hex().encode()
        return first.whole(b"", name).whole(text, "hex")

    return layer


def _salted(name: str, *, before: bool) -> Wrap:
    def layer(cargo: Cargo, chance: Random, words: Words) -> Cargo:
        salt = words.pick("salts", chance).encode()
        data = salt + cargo.data if before else cargo.data + salt
        return cargo.whole(b"", name).whole(digest(name, data).hex().encode(), "hex")

    return layer


def _keyed(cargo: Cargo, chance: Random, words: Words) -> Cargo:
    key = words.pick("salts", chance).encode()
    return cargo.whole(b"", "hmac").whole(hmac.new(key, cargo.data, "sha256").hexdigest().encode(), "hex")


def _package_salt(cargo: Cargo, chance: Random, words: Words) -> Cargo:
    """Put the name of the app behind, which the request tells in clear."""
    package = words.pick("packages", chance)
    text = digest("md5", cargo.data + package.encode()).hex().encode()
    return cargo.whole(b"", "md5").whole(text, "hex", beside=(*cargo.beside, ("pkg", package)))


def _buvid(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Two letters, three digits of the digest, the digest in upper case."""
    text = digest("md5", cargo.data).hex()
    return cargo.whole(f"XY{text[2]}{text[12]}{text[22]}{text}".upper().encode(), "md5")


def _crc32(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    return cargo.whole(b"", "crc32").whole(f"{zlib.crc32(cargo.data):08x}".encode(), "hex")


def _cuid(cargo: Cargo, _chance: Random, _words: Words) -> Cargo:
    """Give a digest of something else, a bar, the value backwards."""
    before = digest("md5", b"cuid" + cargo.data).hex().upper().encode() + b"|"
    data = before + cargo.data[::-1]
    return cargo.wrapped(data, (len(before), len(data)), "reverse")


LAYERS: dict[str, Wrap] = {
    **{name: _hashed(name) for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sm3")},
    "sha3-256": _hashed("sha3_256"),
    "blake2b": _hashed("blake2b"),
    "ripemd160": _hashed("ripemd160"),
    "md5-upper": _hashed("md5", lambda raw: raw.hex().upper().encode()),
    "md5-raw": _hashed("md5", form="raw"),
    "sha256-raw": _hashed("sha256", form="raw"),
    "md5-base64": _hashed("md5", base64.b64encode, "base64"),
    "sha256-base64url": _hashed("sha256", lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"="), "base64"),
    "sha1-colons": _hashed("sha1", lambda raw: raw.hex(":").encode()),
    "md5-middle": _hashed("md5", _cut(8, 24)),
    "md5-first-16": _hashed("md5", _cut(0, 16)),
    "sha1-first-16": _hashed("sha1", _cut(0, 16)),
    "sha256-first-32": _hashed("sha256", _cut(0, 32)),
    "sha256-first-20": _hashed("sha256", _cut(0, 20)),
    "md5-twice": _twice("md5"),
    "sha256-twice": _twice("sha256"),
    "md5-salt-before": _salted("md5", before=True),
    "sha1-salt-behind": _salted("sha1", before=False),
    "hmac-sha256": _keyed,
    "md5-package-salt": _package_salt,
    "buvid": _buvid,
    "cuid": _cuid,
    "crc32": _crc32,
}
