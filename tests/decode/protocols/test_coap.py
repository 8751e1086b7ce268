"""CoAP conversations after RFC 7252, 7959 and 8323."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.coap import Coap, decoder
from vitne.model import Fit, Gap, Message

GET = b"\x42\x01\x00\x01tk" + b"\x3bmaker.Examp" + b"\x86sensor" + b"\x48imei=490" + b"\x03a=b"[:0]
POST = b"\x41\x02\x00\x02t" + b"\xb4data" + b"\x11\x32" + b'\xff{"imei":"490154203237518"}'
CREATED = b"\x61\x41\x00\x02t"
MISSING = b"\x62\x84\x00\x01tk\xffnot here"


def test_a_request_gives_host_path_and_query(drive: Any) -> None:
    (item,) = drive(Coap(), [(0, GET)])
    assert (item.kind, item.host, item.host_source, item.datagram) == (
        "request",
        "maker.examp",
        "http-host",
        0,
    )
    got = [(p.path, p.field, GET[p.start : p.end]) for p in item.parts]
    assert got == [
        ("option:Uri-Host", "Uri-Host", b"maker.Examp"),
        ("option:Uri-Path", "Uri-Path", b"sensor"),
        ("option:Uri-Query", "imei", b"490"),
        ("token", "token", b"tk"),
    ]
    assert item.facts == (("type", "CON"), ("method", "GET"))


def test_payload_and_answers(drive: Any) -> None:
    items = drive(Coap(), [(0, POST), (1, CREATED), (1, MISSING), (1, b"\x60\x00\x12\x34")])
    payload = next(p for p in items[0].parts if p.path == "payload")
    assert POST[payload.start : payload.end] == b'{"imei":"490154203237518"}'
    assert (payload.field, payload.hints, items[0].content_type) == ("data", ("json",), "application/json")
    assert [(item.kind, item.status) for item in items[1:]] == [
        ("response", 201),
        ("response", 404),
        ("empty", None),
    ]


def block(number: int, more: int, piece: bytes, token: bytes = b"t") -> bytes:
    value = bytes([number << 4 | more << 3])
    return b"\x41\x02\x00" + bytes([number]) + token + b"\xb1p" + b"\xd1\x03" + value + b"\xff" + piece


def test_blocks_are_put_together(drive: Any) -> None:
    pieces = [b"0123456789abcdef", b"ghijklmnopqrstuv", b"end"]
    script = [(0, block(i, i < 2, piece)) for i, piece in enumerate(pieces)]
    items = drive(Coap(), script)
    parts = [next(p for p in item.parts if p.path == "payload") for item in items]
    assert [(p.exact, p.data) for p in parts] == [(True, None), (True, None), (False, b"".join(pieces))]


def test_a_transfer_that_does_not_end_is_told(drive: Any) -> None:
    items = drive(Coap(), [(0, block(0, 1, b"x" * 16))])
    assert isinstance(items[-1], Gap)
    assert isinstance(drive(Coap(), [(0, block(3, 0, b"x"))])[0], Message)


def test_every_cut_datagram_that_breaks_an_option_is_told(drive: Any) -> None:
    boundaries = {6, 18, 25, 34}  # behind the token and each option: a shorter datagram looks whole there
    for size in range(1, len(GET)):
        items = drive(Coap(), [(0, GET[:size])])
        assert any(isinstance(item, Gap) for item in items) != (size in boundaries)


def stream(code: int, token: bytes, rest: bytes) -> bytes:
    size = len(rest)
    if size < 13:
        head = bytes([size << 4 | len(token)])
    elif size < 269:
        head = bytes([13 << 4 | len(token), size - 13])
    else:
        head = bytes([14 << 4 | len(token)]) + (size - 269).to_bytes(2, "big")
    return head + bytes([code]) + token + rest


STREAM = (
    stream(0xE1, b"", b"\x21\x40") + stream(2, b"t", b"\xb4data\xff" + b"z" * 300) + stream(1, b"", b"\xb1a")
)


def test_streams_are_read(drive: Any, cut_alike: Any, prefixes_told: Any) -> None:
    items = drive(Coap(transport="tcp"), [(0, STREAM)])
    assert [item.kind for item in items] == ["signal", "request", "request"]
    payload = next(p for p in items[1].parts if p.path == "payload")
    assert STREAM[payload.start : payload.end] == b"z" * 300
    cut_alike(lambda: Coap(transport="tcp"), [(0, STREAM)])
    prefixes_told(lambda: Coap(transport="tcp"), 0, STREAM)
    assert Coap.fit(STREAM, "tcp", 0) == Fit.LIKELY
    assert Coap.fit(b"GET / HTTP/1.1", "tcp", 0) == Fit.NO


def test_a_hole_or_nonsense_in_a_stream_loses_the_thread() -> None:
    coap = Coap(transport="tcp")
    items = [
        *coap.feed(0, STREAM[:6]),
        *coap.miss(0, 9),
        *coap.feed(0, STREAM),
        *coap.miss(0, 1),
        *coap.finish(0),
    ]
    assert [item.kind for item in items] == ["signal", "malformed", "missing-segment"]
    assert [item.kind for item in Coap(transport="tcp").feed(1, b"\x0f\x01" + bytes(40))] == ["malformed"]


@pytest.mark.parametrize(
    ("head", "side", "fit"),
    [
        (GET, 0, Fit.LIKELY),
        (POST, 0, Fit.LIKELY),
        (CREATED, 1, Fit.PERHAPS),
        (b"\x40\x00\x00\x01", 0, Fit.NO),
        (b"\x40\x01\x00\x01\xb3a\x00b", 0, Fit.NO),
        (b"\x49" + bytes(20), 0, Fit.NO),
        (b"A normal sentence", 0, Fit.NO),
        (b"", 0, Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, side: int, fit: int) -> None:
    assert Coap.fit(head, "udp", side) == fit


def test_noise_hardly_ever_fits() -> None:
    import random

    rng = random.Random(1)
    claims = sum(
        Coap.fit(bytes([0x40 | rng.randrange(64)]) + rng.randbytes(40), "udp", 0) > 0 for _ in range(20000)
    )
    assert claims <= 2


@given(
    st.sampled_from(["udp", "tcp"]),
    st.lists(
        st.tuples(st.integers(0, 1), st.one_of(st.binary(max_size=60), st.sampled_from([GET, POST, STREAM])))
    ),
)
def test_noise_raises_nothing(transport: str, script: list[tuple[int, bytes]]) -> None:
    coap = decoder(transport=transport)
    for side, data in script:
        assert all(isinstance(item, Message | Gap) for item in coap.feed(side, data))
    list(coap.miss(0, 2))
    list(coap.finish(0))
    list(coap.finish(1))
