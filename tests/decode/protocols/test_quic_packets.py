"""Headers and frames of QUIC, with the examples of RFC 9000."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.quic_packets import (
    HANDSHAKE,
    INITIAL,
    MOST_CRYPTO,
    NEGOTIATION,
    RETRY,
    UNKNOWN,
    Crypto,
    crypto_frames,
    long_header,
    varint,
)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("c2197c5eff14e88c", 151288809941952652),
        ("9d7f3e7d", 494878333),
        ("7bbd", 15293),
        ("25", 37),
        ("4025", 37),
    ],
)
def test_numbers_are_those_of_appendix_a_1(data: str, value: int) -> None:
    assert varint(bytes.fromhex(data), 0) == (value, len(data) // 2)
    assert varint(bytes.fromhex(data)[:-1], 0) is None


def test_headers_tell_kind_ids_token_and_end() -> None:
    initial = bytes.fromhex("c0 00000001 02 aabb 01 cc 03 746f6b 05") + b"12345"
    packet = long_header(initial + b"more", 0)
    assert packet is not None
    assert (packet.kind, packet.destination, packet.source, packet.end) == (
        INITIAL,
        b"\xaa\xbb",
        b"\xcc",
        len(initial),
    )
    assert initial[packet.token[0] : packet.token[1]] == b"tok"
    assert initial[packet.number_at :] == b"12345"
    for size in range(len(initial)):
        assert long_header(initial[:size], 0) is None


@pytest.mark.parametrize(
    ("first", "version", "kind"),
    [
        (0xD0, "6b3343cf", INITIAL),
        (0xF0, "6b3343cf", HANDSHAKE),
        (0xE0, "00000001", HANDSHAKE),
        (0xF0, "00000001", RETRY),
        (0xC0, "6b3343cf", RETRY),
        (0xC0, "00000000", NEGOTIATION),
        (0xC0, "1a2a3a4a", UNKNOWN),
    ],
)
def test_version_2_turns_the_kinds_round(first: int, version: str, kind: int) -> None:
    data = (
        bytes([first])
        + bytes.fromhex(version)
        + b"\x00\x00"
        + b"\x00\x10" * (kind == INITIAL)
        + b"\x10"
        + bytes(40)
    )
    packet = long_header(data, 0)
    assert packet is not None
    assert packet.kind == kind


def test_frames_beside_crypto_are_passed_over() -> None:
    ack = bytes.fromhex("02 05 00 01 00 02 03".replace(" ", ""))
    plain = bytes(3) + b"\x01" + ack + b"\x06\x00\x03abc" + bytes(10) + b"\x06\x03\x02de"
    assert list(crypto_frames(plain)) == [(0, b"abc"), (3, b"de")]
    assert list(crypto_frames(b"\x06\x00\x05ab")) == []
    assert list(crypto_frames(b"\x1c\x00" + b"\x06\x00\x01a")) == []
    assert list(crypto_frames(b"\x08\x00\x01a", google=True)) == [(0, b"a")]


@given(st.binary(min_size=1, max_size=200), st.randoms(use_true_random=False))
def test_a_shuffled_stream_is_put_together(data: bytes, rng: object) -> None:
    pieces = [(i, data[i : i + 7]) for i in range(0, len(data), 5)]  # they overlap by two
    rng.shuffle(pieces)  # type: ignore[attr-defined]
    crypto = Crypto()
    assert all(crypto.add(at, piece) for at, piece in pieces)
    assert bytes(crypto.data) == data
    assert not crypto.waiting


def test_a_stream_with_a_hole_waits() -> None:
    crypto = Crypto()
    assert crypto.add(5, b"later")
    assert crypto.waiting
    assert crypto.data == b""


def test_the_stream_is_bounded() -> None:
    crypto = Crypto()
    assert not crypto.add(MOST_CRYPTO - 1, b"ab")
    assert sum(crypto.add(10 + 20 * i, b"x") for i in range(3000)) == 1024


@given(st.binary(max_size=100))
def test_noise_raises_nothing(data: bytes) -> None:
    long_header(data, 0)
    long_header(b"\xc0\x00\x00\x00\x01" + data, 0)
    list(crypto_frames(data))
    list(crypto_frames(b"\x02" + data))
