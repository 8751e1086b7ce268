"""Certificates of packages: the lab's as apksigner tells them, and apksigner's own signatures."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest
from tests.firmware.tree import ran, tool

from vitne.firmware.budget import budget_for
from vitne.firmware.containers.zip_archive import entries, opened
from vitne.firmware.parts.signing import block_certificates, certificate, jar_certificates
from vitne.firmware.source import Held
from vitne.lab.firmware import CLIENT
from vitne.lab.packages import _maker, apk
from vitne.model import Malformed

if TYPE_CHECKING:
    from pathlib import Path


def _of(data: bytes) -> list[tuple[str, str]]:
    source = Held(data)
    found = block_certificates(source, entries(source)[1])
    for each in found:
        assert each.offset is not None
        assert certificate(data[each.offset :][:4096], each.scheme, 0).sha256  # it begins there
    return [(each.scheme, each.sha256) for each in found]


def test_the_public_tool_verifies_the_signature_of_the_lab_and_tells_the_same_digest(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(apk(CLIENT))
    told = ran(tool("apksigner"), "verify", "--print-certs", tmp_path / "a.apk")
    [digest] = re.findall(r"certificate SHA-256 digest: ([0-9a-f]{64})", told)
    assert _of(apk(CLIENT)) == [("v2", digest)]


def test_signatures_of_the_public_tool_are_read_in_every_scheme(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    key, der = _maker()
    pem = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "key").write_bytes(key.private_bytes(*pem))
    (tmp_path / "cert").write_bytes(der)
    (tmp_path / "a.apk").write_bytes(apk(CLIENT, sign=False))
    options = ("--key", tmp_path / "key", "--cert", tmp_path / "cert", "--min-sdk-version", "18")
    ran(tool("apksigner"), "sign", *options, "--out", tmp_path / "b.apk", tmp_path / "a.apk")
    data = (tmp_path / "b.apk").read_bytes()
    digest = certificate(der, "v2", None).sha256
    assert _of(data) == [("v2", digest), ("v3", digest)]
    source = Held(data)
    [entry] = [each for each in entries(source)[0] if each.name.endswith((".RSA", ".EC"))]
    raw, _ = opened(source, entry, budget_for(len(data)))
    assert [each.sha256 for each in jar_certificates(raw.read(0, raw.size))] == [digest]


def test_a_package_without_a_block_has_no_certificate_there() -> None:
    assert _of(apk(CLIENT, sign=False)) == []


def test_damage_is_malformed_and_nothing_else() -> None:
    whole = apk(CLIENT)
    directory = entries(Held(whole))[1]
    rng = random.Random(5)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(directory - 1200, directory)] = rng.randrange(256)
        try:
            block_certificates(Held(bytes(data)), directory)
        except Malformed:
            continue


def test_a_certificate_that_cannot_be_read_has_a_digest_all_the_same() -> None:
    assert certificate(b"noise", "v1", None).subject == ""
    with pytest.raises(Malformed):
        jar_certificates(b"noise")
