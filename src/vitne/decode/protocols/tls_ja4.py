"""JA4, the fingerprint of TLS clients, from the public description of the method.

Only the client fingerprint of that family is computed: it alone is free to use (BSD 3-Clause).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from vitne.decode.protocols.tls_hello import ALPN, SNI, grease

if TYPE_CHECKING:
    from vitne.decode.protocols.tls_hello import ClientHello

_VERSIONS = {
    0x0304: "13",
    0x0303: "12",
    0x0302: "11",
    0x0301: "10",
    0x0300: "s3",
    0x0002: "s2",
    0xFEFF: "d1",
    0xFEFD: "d2",
    0xFEFC: "d3",
}
_NOTHING = "0" * 12  # stands for an empty list


def ja4(hello: ClientHello, body: bytes, carrier: str) -> str:
    """Give the fingerprint of a hello; carrier is "t" for TLS, "q" for QUIC, "d" for DTLS."""
    ciphers = [value for value in hello.ciphers if not grease(value)]
    extensions = [value for value in hello.extensions if not grease(value)]
    signatures = [value for value in hello.signatures if not grease(value)]
    head = (
        carrier
        + _version(hello, carrier)
        + ("d" if SNI in extensions else "i")
        + f"{min(len(ciphers), 99):02d}{min(len(extensions), 99):02d}"
        + _alpn(body[hello.alpn[0][0] : hello.alpn[0][1]] if hello.alpn else b"")
    )
    hashed = tuple(sorted(value for value in extensions if value not in {SNI, ALPN}))
    tail = _digest(hashed, tuple(signatures)) if extensions else _NOTHING
    return f"{head}_{_digest(tuple(sorted(ciphers)))}_{tail}"


def _version(hello: ClientHello, carrier: str) -> str:
    """Give the two characters of the highest version offered (DTLS counts downwards)."""
    offered = [value for value in hello.versions if not grease(value)] or [hello.version]
    return _VERSIONS.get(min(offered) if carrier == "d" else max(offered), "00")


def _alpn(first: bytes) -> str:
    """Give the first and last character of the first protocol name, or of its hex where not alphanumeric."""
    if not first:
        return "00"
    ends = first[:1] + first[-1:]
    if ends.isalnum():
        return ends.decode("ascii")
    return first.hex()[0] + first.hex()[-1]


def _words(values: tuple[int, ...]) -> str:
    """Write numbers as the lists that are hashed."""
    return ",".join(f"{value:04x}" for value in values)


@lru_cache(maxsize=4096)  # of clients there are few, of their hellos many
def _digest(values: tuple[int, ...], signatures: tuple[int, ...] = ()) -> str:
    """Give the first twelve hex digits of SHA-256; zeros for nothing."""
    text = _words(values) + ("_" + _words(signatures) if signatures else "")
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:12] if text else _NOTHING
