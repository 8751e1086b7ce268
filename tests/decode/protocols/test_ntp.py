"""NTP datagrams after RFC 5905."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.ntp import Ntp, decoder
from vitne.model import Fit, Gap, Message

NOW = bytes.fromhex("ee2d5a0012345678")
CLIENT = b"\x23\x00\x06\xec" + bytes(36) + NOW
SERVER = b"\x24\x01\x06\xe9" + bytes(8) + b"GPS\x00" + NOW * 4
SECOND = b"\x24\x02\x06\xe9" + bytes(8) + bytes([192, 0, 2, 9]) + NOW * 4


def test_the_reference_is_told(drive: Any) -> None:
    items = drive(Ntp(), [(0, CLIENT), (1, SERVER), (1, SECOND)])
    assert [item.kind for item in items] == ["client", "server", "server"]
    assert items[0].facts == (("version", "4"), ("stratum", "0"))
    assert dict(items[1].facts)["reference-id"] == "GPS"
    assert dict(items[2].facts)["reference-id"] == "192.0.2.9"
    assert (items[2].parts[0].start, items[2].parts[0].end, items[2].datagram) == (12, 16, 1)


def test_extension_fields_are_a_part(drive: Any) -> None:
    data = CLIENT + b"\x01\x04\x00\x10" + bytes(12)
    assert Ntp.fit(data, "udp", 0) == Fit.LIKELY
    (item,) = drive(Ntp(), [(0, data)])
    assert [(p.path, p.start, p.end) for p in item.parts] == [("extension", 48, 64)]


def test_every_cut_datagram_is_told(drive: Any) -> None:
    for size in range(48):
        assert isinstance(drive(Ntp(), [(0, CLIENT[:size])])[0], Gap)


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (CLIENT, 0, Fit.LIKELY),
        (SERVER, 1, Fit.LIKELY),
        (SERVER, 0, Fit.NO),
        (CLIENT[:47], 0, Fit.NO),
        (CLIENT + b"abcd" * 7, 0, Fit.NO),
        (b"\x16" + bytes(47), 0, Fit.NO),
        (b"\x24\x01\x06\xe9" + bytes(44), 1, Fit.NO),
        (b"\x21" + bytes(47), 1, Fit.PERHAPS),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert Ntp.fit(head, "udp", side) == fit
    assert Ntp.fit(head, "tcp", side) == Fit.NO


def test_noise_does_not_fit() -> None:
    rng = random.Random(3)
    assert not any(Ntp.fit(b"\x23" + rng.randbytes(47), "udp", 0) for _ in range(20000))


@given(st.binary(max_size=80))
def test_noise_raises_nothing(data: bytes) -> None:
    ntp = decoder()
    for piece in (data, b"\x24\x01" + data):
        assert all(isinstance(item, Message | Gap) for item in ntp.feed(0, piece))
    assert [*ntp.miss(0, 1), *ntp.finish(0)] == []
