"""QUIC conversations: the packets of RFC 9001 and RFC 9369, and hand-made ones closed with their keys."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.quic import Quic, _Here, decoder
from vitne.model import Fit, Gap, Message, Oddity

DCID = bytes.fromhex("8394c8f03e515708")
# RFC 9001 A.1, RFC 9369 A.1: the client's key, iv and header protection key
KEYS_1 = ("1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2")
KEYS_2 = ("8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9")
HELLO = bytes.fromhex(  # RFC 9001 A.2, without the frame's head
    "010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868"
    "04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
    "616d706c652e636f6dff01000100000a00080006001d00170018001000070005"
    "04616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
    "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400"
    "0d0010000e0403050306030203080408050806002d00020101001c0002400100"
    "3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000"
    "75300901100f088394c8f03e51570806048000ffff"
)


def seal(plain: bytes, number: int = 2, version: int = 1, token: bytes = b"") -> bytes:
    """Close a client's Initial packet, independently of the decoder."""
    key, iv, hp = (bytes.fromhex(word) for word in (KEYS_1 if version == 1 else KEYS_2))
    first = 0xC3 if version == 1 else 0xD3
    length = (0x4000 | (4 + len(plain) + 16)).to_bytes(2, "big")
    header = (
        bytes([first])
        + version.to_bytes(4, "big")
        + b"\x08"
        + DCID
        + b"\x00"
        + bytes([len(token)])
        + token
        + length
    )
    numbered = header + number.to_bytes(4, "big")
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    body = AESGCM(key).encrypt(nonce, plain, numbered)
    mask = Cipher(algorithms.AES(hp), modes.ECB()).encryptor().update(body[:16])
    covered = bytes([numbered[0] ^ (mask[0] & 15)]) + numbered[1:-4]
    return covered + bytes(a ^ b for a, b in zip(numbered[-4:], mask[1:5], strict=True)) + body


def frame(offset: int, data: bytes) -> bytes:
    return b"\x06" + (0x4000 | offset).to_bytes(2, "big") + (0x4000 | len(data)).to_bytes(2, "big") + data


def hellos(items: list[Any]) -> list[Message]:
    return [item for item in items if isinstance(item, Message) and item.kind == "client-hello"]


PLAIN = b"\x06\x00\x40\xf1" + HELLO + bytes(917)


@pytest.mark.parametrize(
    ("version", "head", "tail"),
    [
        (
            1,
            "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11",
            "e221af44860018ab0856972e194cd934",
        ),
        (
            0x6B3343CF,
            "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485",
            "a18b2faa745b6fe189cf772a9f84cbfc",
        ),
    ],
)
def test_the_clients_packet_of_the_standards_is_read(drive: Any, version: int, head: str, tail: str) -> None:
    packet = seal(PLAIN, version=version)
    assert (packet[:32].hex(), packet[-16:].hex(), len(packet)) == (head, tail, 1200)
    assert Quic.fit(packet, "udp", 0) == Fit.CERTAIN
    (hello,) = drive(Quic(), [(0, packet)])
    assert (hello.host, hello.host_source, hello.datagram, hello.complete) == ("example.com", "sni", 0, True)
    facts = dict(hello.facts)
    assert (facts["alpn"], facts["version"]) == ("alpn", "TLS 1.3")
    assert facts["ja4"].startswith("q13d0211an")
    (sni,) = [part for part in hello.parts if part.path == "sni"]
    assert (sni.data, sni.exact, sni.end) == (b"example.com", False, 1200)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_hello_shuffled_over_datagrams_is_put_together(drive: Any, order: tuple[int, ...]) -> None:
    cuts = [(0, 60), (60, 100), (100, len(HELLO))]
    packets = [seal(frame(a, HELLO[a:b]) + bytes(30), number) for number, (a, b) in enumerate(cuts)]
    (hello,) = drive(Quic(), [(0, packets[i]) for i in order])
    assert (hello.host, hello.datagram) == ("example.com", 2)


def test_every_proper_prefix_of_a_hello_is_told(drive: Any) -> None:
    for size in range(1, len(HELLO), 9):
        items = drive(Quic(), [(0, seal(frame(0, HELLO[:size]) + bytes(20)))])
        assert any(isinstance(item, Gap) for item in items)
        assert all(not item.complete for item in hellos(items))


def test_a_packet_repeated_is_told_once(drive: Any) -> None:
    packet = seal(PLAIN)
    assert len(hellos(drive(Quic(), [(0, packet), (0, packet)]))) == 1


def test_coalesced_packets_are_told_apart_and_the_rest_is_counted(drive: Any) -> None:
    handshake = b"\xe0\x00\x00\x00\x01\x00\x00\x1e" + bytes(30)
    items = drive(Quic(), [(0, seal(PLAIN) + handshake + b"\x40" + b"s" * 50), (1, b"\x41" + b"r" * 19)])
    closed = [(item.side, item.opaque, item.opaque_bytes) for item in items if item.kind == "protected"]
    assert len(hellos(items)) == 1
    assert closed == [(0, "quic", len(handshake) + 51), (1, "quic", 20)]


def test_a_token_is_a_part_and_told_once(drive: Any) -> None:
    packet = seal(PLAIN, token=b"known-from-before")
    items = drive(Quic(), [(0, packet), (0, packet)])
    (first,) = [item for item in items if item.kind == "initial"]
    assert packet[first.parts[0].start : first.parts[0].end] == b"known-from-before"


def test_a_damaged_packet_is_counted(drive: Any) -> None:
    packet = bytearray(seal(PLAIN))
    packet[200] ^= 1
    (told,) = drive(Quic(), [(0, bytes(packet))])
    assert told.opaque_bytes == 1200


def test_the_number_of_opened_packets_is_bounded(drive: Any) -> None:
    packet = seal(b"\x01" + bytes(40))
    items = drive(Quic(), [(0, packet)] * 100)
    assert [item.kind for item in items] == ["limit", "protected"]
    assert items[1].opaque_bytes == 36 * len(packet)


def test_version_negotiation_and_retry_are_told(drive: Any) -> None:
    negotiation = b"\xc0" + bytes(4) + b"\x01a\x01b" + bytes.fromhex("000000016b3343cf")
    retry = b"\xf0\x00\x00\x00\x01\x00\x01s" + b"token-bytes" + bytes(16)
    items = drive(Quic(), [(1, negotiation), (1, retry)])
    assert items[0].facts == (("version", "1"), ("version", "2"))
    assert retry[items[1].parts[0].start : items[1].parts[0].end] == b"token-bytes"
    assert Quic.fit(negotiation, "udp", 1) == Fit.LIKELY


def test_googles_clear_hello_is_read(drive: Any) -> None:
    chlo = b"CHLO\x01\x00\x00\x00SNI\x00\x0b\x00\x00\x00old.example"
    data = b"\x0d" + bytes(8) + b"Q043" + b"\x01" + bytes(16) + chlo
    assert Quic.fit(data, "udp", 0) == Fit.CERTAIN
    (hello,) = drive(Quic(), [(0, data)])
    assert (hello.host, hello.facts) == ("old.example", (("quic-version", "Q043"),))
    assert data[hello.parts[0].start : hello.parts[0].end] == b"old.example"


def test_a_second_covered_chlo_is_told_as_well_and_a_repeated_one_is_not() -> None:
    quic = Quic()
    hosts = []
    first = b"CHLO\x01\x00\x00\x00SNI\x00\x0b\x00\x00\x00one.example"
    second = first.replace(b"one", b"two")
    for number, (offset, chlo) in enumerate([(0, first), (0, first), (len(first), second), (0, second)]):
        quic._crypto[0].add(offset, chlo)
        hosts += [hello.host for hello in quic._covered_chlo(_Here(0, number, bytes(1200)), "Q050")]
    assert hosts == ["one.example", "two.example"]


def test_other_datagrams_do_not_fit() -> None:
    for head in (
        b"",
        b"\x40" + bytes(60),
        b"\xc0\x12\x34\x56\x78" + bytes(60),
        b"\x80\x00\x00\x00\x01" + bytes(60),
    ):
        assert Quic.fit(head, "udp", 0) == Fit.NO
    assert Quic.fit(seal(PLAIN), "tcp", 0) == Fit.NO


@given(st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=200)), max_size=5), st.binary(max_size=60))
def test_noise_raises_nothing(script: list[tuple[int, bytes]], plain: bytes) -> None:
    quic = decoder()
    for side, data in [*script, (0, seal(plain + bytes(4))), (1, b"\xc0\x00\x00\x00\x01" + plain)]:
        assert all(isinstance(item, Message | Gap | Oddity) for item in quic.feed(side, data))
        list(quic.miss(side, 4))
    list(quic.finish(0))
    list(quic.finish(1))
