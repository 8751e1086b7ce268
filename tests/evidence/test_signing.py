"""Twin of vitne.evidence.signing: openssl is the judge of signatures and key ids."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vitne.evidence.signing import (
    authenticated,
    envelope,
    key_id,
    opened,
    private_pem,
    public_pem,
    read_private,
    read_public,
)
from vitne.model import Malformed, UsageError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_what_is_signed_is_the_pre_authentication_encoding_of_dsse() -> None:
    assert authenticated(b"hello") == b"DSSEv1 34 application/vnd.vitne.manifest+json 5 hello".replace(
        b"34", str(len("application/vnd.vitne.manifest+json")).encode()
    )


def test_an_envelope_opens_with_its_key_and_gives_the_payload() -> None:
    assert opened(envelope(b"payload", KEY), KEY.public_key()) == b"payload"


def test_the_same_payload_and_key_give_the_same_envelope() -> None:
    assert envelope(b"x", KEY) == envelope(b"x", KEY)


def test_another_key_and_every_changed_byte_are_refused() -> None:
    data = envelope(b"payload", KEY)
    with pytest.raises(Malformed):
        opened(data, Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())
    content = json.loads(data)
    content["payload"] = base64.b64encode(b"Payload").decode()
    with pytest.raises(Malformed, match="signature"):
        opened(json.dumps(content).encode(), KEY.public_key())
    content["payloadType"] = "text/plain"
    with pytest.raises(Malformed, match="another kind"):
        opened(json.dumps(content).encode(), KEY.public_key())


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"payload":1,"signatures":[],"payloadType":""}', b"\xff"]
)
def test_noise_is_no_envelope(data) -> None:
    with pytest.raises(Malformed):
        opened(data, KEY.public_key())


def test_keys_go_out_and_come_in_as_pem_and_nothing_else_does() -> None:
    assert read_private(private_pem(KEY), "k").private_bytes_raw() == bytes(range(32))
    assert key_id(read_public(public_pem(KEY.public_key()))) == key_id(KEY.public_key())
    with pytest.raises(UsageError):
        read_private(b"nonsense", "k")
    with pytest.raises(Malformed):
        read_public(b"nonsense")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_signature_and_gives_the_same_key_id(tmp_path) -> None:
    (tmp_path / "key").write_bytes(public_pem(KEY.public_key()))
    (tmp_path / "data").write_bytes(authenticated(b"payload"))
    signature = json.loads(envelope(b"payload", KEY))["signatures"][0]["sig"]
    (tmp_path / "sig").write_bytes(base64.b64decode(signature))
    run = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "data", "-sigfile", "sig"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", "key", "-outform", "DER"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    ).stdout
    assert hashlib.sha256(der).hexdigest() == key_id(KEY.public_key())
