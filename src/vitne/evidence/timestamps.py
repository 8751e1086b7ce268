"""Timestamps of an authority (RFC 3161): asking for one, and checking one without any network.

Three outcomes: valid (a chain to a root that the examiner trusts, and the very bytes), invalid (with the
reason), unknown (nothing to check it with).  The package ``rfc3161-client`` reads them; without it all are
unknown.
"""

from __future__ import annotations

import re
import warnings
from typing import Any, Literal

import msgspec

from vitne.evidence.sorted_sets import sorted_certificates
from vitne.model import Malformed, UsageError

State = Literal["valid", "invalid", "unknown"]
MISSING = "the package rfc3161-client is not installed; `openssl ts -verify` checks it too"

_GRANTED = {0, 1}
"""Status of a reply with a token: granted, or granted with changes (RFC 3161 section 2.4.2)."""
_STEP = re.compile(r'(?:reason: |data: "Verify error: ?)"?([A-Za-z0-9 ]+)"')


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What a timestamp says, and how far it holds."""

    state: State
    time: str  # RFC 3339, UTC; "" where it cannot be read
    authority: str  # name in the token; "" without
    serial: str  # number of the token
    why: str  # for a person


def request(data: bytes) -> bytes:
    """Give the request for a timestamp of these bytes: only their SHA-512 leaves; raises UsageError."""
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    except ModuleNotFoundError as error:
        raise UsageError(MISSING, next_step="pip install rfc3161-client") from error
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA512)
    asked: bytes = builder.cert_request(cert_request=True).build().as_bytes()
    return asked


def check(reply: bytes, data: bytes, roots: bytes | None) -> Stamp:
    """Check a reply (DER) against the bytes it is about, and against trusted roots (PEM) where given."""
    try:
        from rfc3161_client import decode_timestamp_response
    except ModuleNotFoundError:
        return Stamp(state="unknown", time="", authority="", serial="", why=MISSING)
    try:
        read = decode_timestamp_response(sorted_certificates(reply))
        if read.status not in _GRANTED:
            why = f"the authority refused: {'; '.join(map(str, read.status_string))[:200]}"
            return Stamp(state="invalid", time="", authority="", serial="", why=why)
        told = read.tst_info
        time = told.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
        stamp = Stamp(
            state="unknown", time=time, authority=_name(told.name), serial=str(told.serial_number), why=""
        )
        imprint, algorithm = told.message_imprint.message, told.message_imprint.hash_algorithm.dotted_string
    except (ValueError, KeyError, OverflowError, Malformed):
        return Stamp(state="invalid", time="", authority="", serial="", why="this is no reply of RFC 3161")
    if _imprint(data, algorithm) != imprint:
        why = "it is about other bytes than the signed envelope"
        return msgspec.structs.replace(stamp, state="invalid", why=why)
    if roots is None:
        why = (
            "it is about these bytes; name the authority's root certificate (--tsa-root) to check who made it"
        )
        return msgspec.structs.replace(stamp, why=why)
    return _chained(read, data, roots=roots, stamp=stamp)


def _chained(read: Any, data: bytes, *, roots: bytes, stamp: Stamp) -> Stamp:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from rfc3161_client import VerificationError, VerifierBuilder

    odd = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
    try:
        with warnings.catch_warnings(action="ignore"):  # that a foreign certificate breaks a rule is no news
            builder = VerifierBuilder()
            for root in x509.load_pem_x509_certificates(roots):
                builder = builder.add_root_certificate(root)
            given = {x509.load_der_x509_certificate(each) for each in read.signed_data.certificates}
            for each in sorted(given, key=lambda certificate: certificate.serial_number):
                if _is_authority(each):
                    builder = builder.add_intermediate_certificate(each)
                else:
                    builder = builder.tsa_certificate(each)
            builder.build().verify_message(read, data)
    except (VerificationError, ValueError, UnsupportedAlgorithm, *odd) as error:
        why = f"it does not verify under the roots that were given: {_reason(str(error))}"
        return msgspec.structs.replace(stamp, state="invalid", why=why)
    return msgspec.structs.replace(stamp, state="valid", why="signed under a root that was given")


def _reason(text: str) -> str:
    """Give the reason out of what a library says: what OpenSSL calls the last step."""
    told = _STEP.findall(text)
    return told[-1].lower() if told else text.partition(": ErrorStack")[0]


def _is_authority(certificate: Any) -> bool:
    """Say whether a certificate signs others."""
    from cryptography import x509

    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def _imprint(data: bytes, algorithm: str) -> bytes:
    """Digest the bytes as the token says, b"" for an algorithm that is not taken."""
    import hashlib

    names = {
        "2.16.840.1.101.3.4.2.1": "sha256",
        "2.16.840.1.101.3.4.2.2": "sha384",
        "2.16.840.1.101.3.4.2.3": "sha512",
    }
    return hashlib.new(names[algorithm], data).digest() if algorithm in names else b""


def _name(name: Any) -> str:
    return "" if name is None else str(getattr(name, "value", name).rfc4514_string())
