"""Ed25519 signatures in a DSSE envelope.

The envelope and its pre-authentication encoding follow the DSSE v1 protocol; Ed25519 is RFC 8032; the key id
is the SHA-256 of the public key's DER form (SubjectPublicKeyInfo, RFC 8410), as ``openssl pkey`` gives it.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vitne.evidence.canonical import canonical
from vitne.model import Malformed, UsageError

PAYLOAD_TYPE = "application/vnd.vitne.manifest+json"


def read_private(pem: bytes, where: str) -> Ed25519PrivateKey:
    """Read a private key in PEM (PKCS #8); raises UsageError for anything but Ed25519."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError("this is no private key in PEM", where=where, next_step=_MAKE) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("this key is not Ed25519", where=where, next_step=_MAKE)
    return key


_MAKE = "openssl genpkey -algorithm ed25519 -out key.pem"


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """Write a private key as PEM without a passphrase."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Write a public key as PEM."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def read_public(pem: bytes) -> Ed25519PublicKey:
    """Read a public key in PEM; raises Malformed."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("this is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Malformed("this key is not Ed25519")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """Give the SHA-256 of the key's DER form, lower-case hex."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def authenticated(payload: bytes) -> bytes:
    """Give what is signed for a payload: DSSE's pre-authentication encoding."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def envelope(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Sign a payload and give the envelope, in canonical JSON."""
    return packed(payload, key.sign(authenticated(payload)), key.public_key())


def packed(payload: bytes, signature: bytes, key: Ed25519PublicKey) -> bytes:
    """Put a payload and its signature into an envelope, in canonical JSON."""
    return canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": key_id(key), "sig": base64.b64encode(signature).decode()}],
        }
    )


def opened(data: bytes, key: Ed25519PublicKey) -> bytes:
    """Give the payload of an envelope that this key signed; raises Malformed for any other."""
    try:
        content = msgspec.json.decode(data, type=dict[str, Any])
        payload = base64.b64decode(content["payload"], validate=True)
        signatures = [base64.b64decode(each["sig"], validate=True) for each in content["signatures"]]
        kind = content["payloadType"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Malformed("this is no DSSE envelope") from error
    if kind != PAYLOAD_TYPE:
        raise Malformed("the envelope holds another kind of payload")
    for signature in signatures:
        try:
            key.verify(signature, authenticated(payload))
        except InvalidSignature:
            continue
        return payload
    raise Malformed("the signature does not fit: the signed bytes or the signature were changed")


def signature_in(data: bytes) -> bytes | None:
    """Give the first signature that stands in an envelope, unchecked; None where there is none."""
    try:
        found = base64.b64decode(msgspec.json.decode(data)["signatures"][0]["sig"], validate=True)
    except (KeyError, IndexError, TypeError, ValueError, RecursionError):
        return None
    return found
