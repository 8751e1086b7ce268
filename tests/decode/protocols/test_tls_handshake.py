"""Handshake bytes spread over records, put together with the place of each byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.tls_handshake import LARGEST, Handshake


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


@given(
    st.lists(st.binary(max_size=60), min_size=1, max_size=6),
    st.lists(st.integers(1, 30), min_size=1, max_size=40),
)
def test_every_byte_keeps_its_place(bodies: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(message(i % 20, body) for i, body in enumerate(bodies))
    wire, handshake, got, at, turn = bytearray(), Handshake(), [], 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        turn += 1
        wire += b"#####"  # a record header between the shares
        handshake.add(stream[at : at + size], len(wire))
        wire += stream[at : at + size]
        at += size
        for kind, body, pieces in handshake.messages():
            got.append((kind, body))
            for i in range(len(body)):
                start, end, exact = pieces.place(i, i + 1)
                assert exact
                assert wire[start:end] == body[i : i + 1]
    assert got == [(i % 20, body) for i, body in enumerate(bodies)]
    assert handshake.rest() is None


def test_what_is_begun_can_be_asked_for() -> None:
    handshake = Handshake()
    handshake.add(message(1, b"abcdef")[:7], 5)
    assert list(handshake.messages()) == []
    rest = handshake.rest()
    assert rest is not None
    assert rest[:2] == (1, b"abc")
    assert (rest[2].start, rest[2].end) == (5, 12)


def test_an_overlong_message_is_passed_over() -> None:
    handshake = Handshake()
    size = LARGEST + 10
    data = bytes([11]) + size.to_bytes(3, "big") + bytes(size) + message(14, b"")
    for i in range(0, len(data), 16000):
        handshake.add(data[i : i + 16000], i)
    assert [kind for kind, _, _ in handshake.messages()] == [14]
    assert handshake.overlong == 1


def test_a_message_over_too_many_records_is_given_up() -> None:
    handshake = Handshake()
    for i in range(5000):
        handshake.add(b"\x01\x01\x00\x00"[i : i + 1] or b"x", i)
        assert list(handshake.messages()) == []
    assert handshake.overlong >= 1
