"""The cipher suites of TLS 1.2 and 1.3 that are opened: what each number stands for.

summary: cipher, key length, hash and MAC of each cipher suite that is opened
specification: RFC 8446 appendix B.4; RFC 5246 appendix A.5; RFC 5288; RFC 5289; RFC 5487; RFC 6655; RFC 7905
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Suite(NamedTuple):
    """What a cipher suite means for the records; how keys were agreed does not matter here."""

    cipher: str  # "gcm", "ccm", "chacha" or "cbc"
    key: int  # bytes of the cipher's key
    hash: str  # hash of the key schedule or PRF: "sha256" or "sha384"
    mac: str = ""  # hash of the MAC, "" for ciphers that authenticate by themselves
    tag: int = 16  # bytes of the authentication tag
    modern: bool = False  # a suite of TLS 1.3


def _rows(numbers: str, suite: Suite) -> dict[int, Suite]:
    return {int(number, 16): suite for number in numbers.split()}


_SHA1, _SHA2, _SHA3 = "sha1", "sha256", "sha384"

SUITES: Mapping[int, Suite] = MappingProxyType(
    _rows("1301", Suite("gcm", 16, _SHA2, modern=True))
    | _rows("1302", Suite("gcm", 32, _SHA3, modern=True))
    | _rows("1303", Suite("chacha", 32, _SHA2, modern=True))
    | _rows("1304", Suite("ccm", 16, _SHA2, modern=True))
    | _rows("1305", Suite("ccm", 16, _SHA2, tag=8, modern=True))
    | _rows("9c 9e a0 a2 a4 a6 a8 aa ac c02b c02d c02f c031 d001", Suite("gcm", 16, _SHA2))
    | _rows("9d 9f a1 a3 a5 a7 a9 ab ad c02c c02e c030 c032 d002", Suite("gcm", 32, _SHA3))
    | _rows("cca8 cca9 ccaa ccab ccac ccad ccae", Suite("chacha", 32, _SHA2))
    | _rows("c09c c09e c0a4 c0a6 c0ac d005", Suite("ccm", 16, _SHA2))
    | _rows("c09d c09f c0a5 c0a7 c0ad", Suite("ccm", 32, _SHA2))
    | _rows("c0a0 c0a2 c0a8 c0aa c0ae d003", Suite("ccm", 16, _SHA2, tag=8))
    | _rows("c0a1 c0a3 c0a9 c0ab c0af", Suite("ccm", 32, _SHA2, tag=8))
    | _rows(
        "2f 30 31 32 33 34 8c 90 94 c004 c009 c00e c013 c018 c01d c01e c01f c035",
        Suite("cbc", 16, _SHA2, _SHA1),
    )
    | _rows(
        "35 36 37 38 39 3a 8d 91 95 c005 c00a c00f c014 c019 c020 c021 c022 c036",
        Suite("cbc", 32, _SHA2, _SHA1),
    )
    | _rows("3c 3e 3f 40 67 6c ae b2 b6 c023 c025 c027 c029 c037", Suite("cbc", 16, _SHA2, _SHA2))
    | _rows("3d 68 69 6a 6b 6d", Suite("cbc", 32, _SHA2, _SHA2))
    | _rows("af b3 b7 c024 c026 c028 c02a c038", Suite("cbc", 32, _SHA3, _SHA3))
)
"""Number of a cipher suite -> what it means; AES and ChaCha20 only."""
