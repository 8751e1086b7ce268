from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from vitne.decrypt.schedule import expand_label, key_block, next_secret, prf, traffic_keys
from vitne.decrypt.suites import SUITES


def test_the_keys_of_rfc_8448_section_3_come_out_of_the_server_handshake_secret() -> None:
    secret = bytes.fromhex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
    keys = traffic_keys(secret, SUITES[0x1301])
    assert keys.key.hex() == "3fce516009c21727d0f2e4e86ee403bc"
    assert keys.iv.hex() == "5d313eb2671276ee13000b30"


def test_the_keys_of_rfc_8448_section_4_come_out_of_the_early_secret() -> None:
    secret = bytes.fromhex("3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62")
    keys = traffic_keys(secret, SUITES[0x1301])
    assert keys.key.hex() == "920205a5b7bf2115e6fc5c2942834f54"
    assert keys.iv.hex() == "6d475f0993c8e564610db2b9"


@pytest.mark.parametrize(
    ("name", "algorithm", "size"), [("sha256", hashes.SHA256(), 32), ("sha384", hashes.SHA384(), 48)]
)
def test_expanding_agrees_with_another_hkdf(name: str, algorithm: hashes.HashAlgorithm, size: int) -> None:
    secret = bytes(range(size))
    for label, length in (("key", 16), ("key", 32), ("iv", 12), ("traffic upd", size)):
        info = length.to_bytes(2, "big") + bytes([6 + len(label)]) + b"tls13 " + label.encode() + b"\0"
        other = HKDFExpand(algorithm=algorithm, length=length, info=info).derive(secret)
        assert expand_label(secret, label, length, hash_name=name) == other


def test_an_update_keeps_the_length_of_the_secret() -> None:
    assert len(next_secret(bytes(48), SUITES[0x1302])) == 48
    assert next_secret(bytes(32), SUITES[0x1301]) != bytes(32)


def test_the_prf_gives_the_published_vector_for_sha256() -> None:
    # posted to the TLS working group's list by its implementers, used by many libraries
    out = prf(
        bytes.fromhex("9bbe436ba940f017b17652849a71db35"),
        b"test label",
        bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c"),
        length=100,
        hash_name="sha256",
    )
    assert out.hex() == (
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0f"
        "a022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"
    )


def test_a_key_block_is_cut_in_the_order_of_rfc_5246_section_6_3() -> None:
    suite = SUITES[0xC014]  # AES-256-CBC with HMAC-SHA1
    block = prf(b"m" * 48, b"key expansion", b"s" * 32 + b"c" * 32, length=2 * (20 + 32), hash_name="sha256")
    client, server = key_block(b"m" * 48, suite, client_random=b"c" * 32, server_random=b"s" * 32)
    assert client.mac + server.mac + client.key + server.key == block
