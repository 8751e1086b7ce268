"""DTLS records built after RFC 6347."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.tls import Tls
from vitne.decode.protocols.tls_dtls import Datagrams, fit_datagram
from vitne.model import Fit

NAME = b"turn.maker.example"
SNI = b"\x00\x00" + (len(NAME) + 5).to_bytes(2, "big") + (len(NAME) + 3).to_bytes(2, "big") + b"\x00"
SNI += len(NAME).to_bytes(2, "big") + NAME
BODY = (
    b"\xfe\xfd"
    + bytes(32)
    + b"\x00"
    + b"\x00"
    + b"\x00\x02\xc0\x2b"
    + b"\x01\x00"
    + len(SNI).to_bytes(2, "big")
    + SNI
)
HELLO = b"\x01" + len(BODY).to_bytes(3, "big") + bytes(2) + bytes(3) + len(BODY).to_bytes(3, "big") + BODY


def record(kind: int, payload: bytes, epoch: int = 0) -> bytes:
    return (
        bytes([kind])
        + b"\xfe\xfd"
        + epoch.to_bytes(2, "big")
        + bytes(6)
        + len(payload).to_bytes(2, "big")
        + payload
    )


def test_a_hello_gives_its_name_as_a_slice_of_the_datagram(drive: Any) -> None:
    data = record(22, HELLO)
    (hello,) = drive(Tls(transport="udp"), [(0, data)])
    assert (hello.host, hello.datagram, hello.complete) == ("turn.maker.example", 0, True)
    (sni,) = hello.parts
    assert data[sni.start : sni.end] == NAME
    assert dict(hello.facts)["ja4"].startswith("dd2d0101")


def test_payload_is_counted_per_side(drive: Any) -> None:
    datagrams = [(0, record(23, bytes(70), 1) + record(23, bytes(5), 1)), (1, record(23, bytes(30), 1))]
    told = drive(Tls(transport="udp"), datagrams)
    assert [(item.side, item.opaque, item.opaque_bytes) for item in told] == [
        (0, "dtls", 75),
        (1, "dtls", 30),
    ]


def test_a_hello_in_fragments_is_not_complete() -> None:
    half = HELLO[:9] + (40).to_bytes(3, "big") + HELLO[12:52]
    (hello,) = Datagrams().feed(0, record(22, half))
    assert not hello.complete


def test_every_cut_datagram_is_told_or_empty() -> None:
    data = record(22, HELLO)
    for size in range(1, len(data)):
        assert all(not item.complete for item in Datagrams().feed(0, data[:size]))


def test_the_fit_comes_from_the_bytes() -> None:
    assert fit_datagram(record(22, HELLO)) == Fit.CERTAIN
    assert fit_datagram(record(23, bytes(9), 1)) == Fit.LIKELY
    assert fit_datagram(b"\x16\x03\x03" + bytes(20)) == Fit.NO


@given(st.binary(max_size=200))
def test_noise_raises_nothing(data: bytes) -> None:
    datagrams = Datagrams()
    list(datagrams.feed(0, data))
    list(datagrams.feed(1, record(22, data)))
    list(datagrams.finish(0))
