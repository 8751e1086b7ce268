"""Keys and protection against RFC 9001 appendix A and RFC 9369 appendix A."""

from __future__ import annotations

import pytest

from vitne.decode.protocols.quic_keys import VERSION_2, derive, salt_of, uncover, version_name

DCID = bytes.fromhex("8394c8f03e515708")
# RFC 9001 A.3 and RFC 9369 A.3: the server's answer
SERVER_PLAIN = bytes.fromhex(
    "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf739"
    "88cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c94"
    "0d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304"
)
SERVER_1 = bytes.fromhex(
    "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a"
    "5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3"
    "dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84"
    "022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee"
)
SERVER_2 = bytes.fromhex(
    "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698"
    "baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17"
    "f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2"
    "c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140"
)
KEYS = {
    1: (
        ("1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"),
        ("cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e", "c206b8d9b9f0f37644430b490eeaa314"),
    ),
    VERSION_2: (
        ("8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"),
        ("82db637861d55e1d011f19ea71d5d2a7", "dd13c276499c0249d3310652", "edf6d05c83121201b436e16877593c3a"),
    ),
}


@pytest.mark.parametrize("version", [1, VERSION_2])
def test_keys_are_those_of_the_standards(version: int) -> None:
    pair = derive(version, DCID)
    assert pair is not None
    assert tuple(tuple(value.hex() for value in keys) for keys in pair) == KEYS[version]


@pytest.mark.parametrize(("version", "packet"), [(1, SERVER_1), (VERSION_2, SERVER_2)])
def test_the_servers_packet_opens(version: int, packet: bytes) -> None:
    pair = derive(version, DCID)
    assert pair is not None
    assert uncover(packet, 18, pair[1]) == SERVER_PLAIN
    assert uncover(packet, 18, pair[0]) is None
    assert uncover(packet[:-1], 18, pair[1]) is None
    assert uncover(packet[:30], 18, pair[1]) is None


@pytest.mark.parametrize(
    ("version", "start"),
    [(0xFF00001B, "c3eef712"), (0xFF00001D, "afbfec28"), (0xFF000022, "38762cf7"), (0x51303530, "504574ef")],
)
def test_drafts_and_google_have_salts_of_their_own(version: int, start: str) -> None:
    salt = salt_of(version)
    assert salt is not None
    assert salt.hex().startswith(start)


def test_an_unknown_version_has_no_keys() -> None:
    assert derive(0x0A0A0A0A, DCID) is None
    assert salt_of(0xFF000005) is None


def test_versions_have_names() -> None:
    assert [version_name(v) for v in (1, VERSION_2, 0xFF00001D, 0x51303530, 0xFACEB002)] == [
        "1",
        "2",
        "draft-29",
        "Q050",
        "0xfaceb002",
    ]
