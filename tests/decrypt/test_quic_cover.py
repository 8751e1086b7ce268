"""Packet protection against RFC 9001 appendix A, RFC 9369 appendix A and RFC 9000 appendix A.3."""

from __future__ import annotations

import hmac

import numpy as np
import pytest

from vitne.decode.protocols.quic_keys import VERSION_2, expand, salt_of
from vitne.decrypt.quic_cover import (
    Cover,
    covers,
    least,
    short_headers,
    suites_of,
    whole_number,
    words,
)
from vitne.decrypt.suites import SUITES

CHACHA = SUITES[0x1303]
SECRET = bytes.fromhex("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b")
# RFC 9001 A.5 and RFC 9369 A.5: a short header packet with a PING, packet number 654360564
SHORT = {
    1: bytes.fromhex("4cfe4189655e5cd55c41f69080575d7999c25a5bfb"),
    VERSION_2: bytes.fromhex("5558b1c60ae7b6b932bc27d786f4bc2bb20f2162ba"),
}
NUMBER = 654360564
SERVER = {
    1: bytes.fromhex(
        "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a"
        "5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3"
        "dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84"
        "022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee"
    ),
    VERSION_2: bytes.fromhex(
        "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698"
        "baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17"
        "f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2"
        "c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140"
    ),
}


def initial(version: int, label: str) -> Cover:
    secret = hmac.digest(salt_of(version) or b"", bytes.fromhex("8394c8f03e515708"), "sha256")
    return Cover.initial(expand(secret, label, 32), version)


@pytest.mark.parametrize("version", [1, VERSION_2])
def test_the_servers_initial_packet_of_the_standards_opens(version: int) -> None:
    cover = initial(version, "server in")
    packet = SERVER[version]
    header = cover.header(packet, 18)
    assert header is not None
    assert (header.number, header.size) == (1, 2)
    plain = cover.open(header.number, header.text, packet[18 + header.size :])
    assert plain is not None
    assert plain.startswith(bytes.fromhex("02000000000600405a020000560303eefce7f7b37ba1d1632e"))
    assert cover.opened
    assert initial(version, "client in").open(1, header.text, packet[20:]) is None
    assert cover.header(packet[:30], 18) is None


@pytest.mark.parametrize("version", [1, VERSION_2])
def test_the_chacha20_packet_of_the_standards_opens(version: int) -> None:
    cover = Cover(SECRET, CHACHA, version)
    packet = SHORT[version]
    (headers) = short_headers(np.frombuffer(packet, np.uint8), np.array([0]), 0, cover)
    assert headers.first == [0x42]
    assert (headers.size, headers.number) == ([3], [0x00BFF4])
    number = whole_number(headers.number[0], 3, NUMBER)
    assert number == NUMBER
    assert bytes(headers.header(0, 0)) == bytes.fromhex("4200bff4")
    assert cover.open(number, headers.header(0, 0), packet[4:]) == b"\x01"


def test_the_next_keys_are_those_of_the_standard() -> None:
    cover = Cover(SECRET, CHACHA, 1)
    cover.phase(1)
    assert cover._secrets[1].hex() == "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9"


def test_packet_numbers_are_completed_as_in_the_standard() -> None:
    assert whole_number(0x9B32, 2, 0xA82F30EA + 1) == 0xA82F9B32
    assert [whole_number(written, 1, 300) for written in (43, 44, 172, 171, 173)] == [299, 300, 428, 427, 173]
    assert whole_number(255, 1, 0) == 255, "nothing before zero"


def test_headers_of_many_packets_are_uncovered_as_those_of_one() -> None:
    cover = Cover(bytes(48), SUITES[0x1302], 1)
    data = bytes((7 * at + at // 256) % 256 for at in range(4000))
    starts = np.arange(0, 3900, 97)
    many = short_headers(np.frombuffer(data, np.uint8), starts, 8, cover)
    for index, start in enumerate(starts.tolist()):
        one = short_headers(np.frombuffer(data[start : start + least(8)], np.uint8), np.array([0]), 8, cover)
        assert (one.first[0], one.size[0], one.number[0]) == (
            many.first[index],
            many.size[index],
            many.number[index],
        )
        assert bytes(many.header(index, 8))[1:9] == data[start + 1 : start + 9]
        assert bytes(one.header(0, 8)) == bytes(many.header(index, 8))


def test_a_secret_fits_the_suites_of_its_length() -> None:
    assert [suite.cipher for suite in suites_of(bytes(32), None)] == ["gcm", "chacha", "ccm"]
    assert [suite.key for suite in suites_of(bytes(48), None)] == [32]
    assert suites_of(bytes(32), CHACHA) == [CHACHA]
    assert suites_of(bytes(20), None) == []
    assert len(covers([bytes(48), bytes(32)], None, 1)) == 4
    assert (words(1), words(VERSION_2)) == ("quic ", "quicv2 ")


def test_what_is_shorter_than_a_tag_does_not_open() -> None:
    assert Cover(bytes(32), CHACHA, 1).open(0, b"", b"x" * 15) is None
