"""Who signed a package: the certificates of signature schemes 1, 2, 3 and 3.1.

specification: Android, APK Signature Scheme v2 and v3; JAR signatures (PKCS #7, RFC 5652)

The certificates are read; that a signature holds over the contents is not checked.
"""

from __future__ import annotations

import hashlib
import struct
import warnings
from typing import TYPE_CHECKING, Literal, NamedTuple

from vitne.model import Malformed

if TYPE_CHECKING:
    from vitne.firmware.source import Source

Scheme = Literal["v1", "v2", "v3", "v3.1"]
_MAGIC = b"APK Sig Block 42"
_SCHEMES: dict[int, Scheme] = {0x7109871A: "v2", 0xF05368C0: "v3", 0x1B93AD61: "v3.1"}
_MOST_BLOCK = 32 << 20
_MOST_SIGNERS = 16
_MOST_CERTIFICATES = 16


class Certificate(NamedTuple):
    """One certificate that signs."""

    scheme: Scheme
    sha256: str
    subject: str
    offset: int | None


def block_certificates(source: Source, directory: int) -> list[Certificate]:
    """Give the certificates of the signing block before the central directory; none without a block."""
    foot = source.read(directory - 24, 24) if directory >= 32 else b""
    if foot[8:] != _MAGIC:
        return []
    (size,) = struct.unpack_from("<Q", foot)
    start = directory - size - 8
    if size > _MOST_BLOCK or start < 0:
        raise Malformed("the signing block is longer than what stands before it", at=directory)
    block = source.read(start, size + 8 - 24)
    found: list[Certificate] = []
    at = 8
    while at + 12 <= len(block):
        length, kind = struct.unpack_from("<QI", block, at)
        if length < 4 or at + 8 + length > len(block):
            raise Malformed("an entry of the signing block makes no sense", at=start + at)
        scheme = _SCHEMES.get(kind)
        if scheme is not None:
            found += _signers(block, (at + 12, at + 8 + length), scheme, start)
        at += 8 + length
    return found


def _signers(block: bytes, within: tuple[int, int], scheme: Scheme, base: int) -> list[Certificate]:
    """Walk signers, their signed data, and its second part: the certificates."""
    found: list[Certificate] = []
    outer = _parts(block, *within)
    for begin, end in [each for one in outer[:1] for each in _parts(block, *one)][:_MOST_SIGNERS]:
        signed = _parts(block, begin, end)[:1]
        inside = _parts(block, *signed[0]) if signed else []
        if len(inside) < 2:
            raise Malformed("a signer has no certificates", at=base + begin)
        for first, last in _parts(block, *inside[1])[:1]:
            found.append(certificate(block[first:last], scheme, base + first))
    return found


def _parts(block: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Give the ranges of byte strings that have their length before them."""
    found: list[tuple[int, int]] = []
    while start + 4 <= end and len(found) < 1024:
        (length,) = struct.unpack_from("<I", block, start)
        if start + 4 + length > end:
            break
        found.append((start + 4, start + 4 + length))
        start += 4 + length
    return found


def jar_certificates(data: bytes) -> list[Certificate]:
    """Give the certificates of a signature file (META-INF/*.RSA); raises Malformed."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of certificates with small flaws, which phones accept
            found = load_der_pkcs7_certificates(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed(f"a signature file cannot be read: {error}") from error
    return [certificate(each.public_bytes(Encoding.DER), "v1", None) for each in found[:_MOST_CERTIFICATES]]


def certificate(der: bytes, scheme: Scheme, offset: int | None) -> Certificate:
    """Give digest and subject; a certificate that cannot be read has a digest all the same."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    subject = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            subject = x509.load_der_x509_certificate(der).subject.rfc4514_string()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        subject = ""
    return Certificate(scheme, hashlib.sha256(der).hexdigest(), subject[:300], offset)
