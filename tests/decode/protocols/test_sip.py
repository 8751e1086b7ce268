"""SIP after RFC 3261."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.sip import Sip, decoder
from vitne.model import Fit, Gap, Message

REGISTER = (
    b"REGISTER sip:ims.example SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.5\r\nf: <sip:+4790000000@ims.example>;tag=1\r\n"
    b'To: <sip:+4790000000@ims.example>\r\nContact: <sip:k@192.0.2.5>;+sip.instance="<urn:gsma:imei:49015420-323751-8>"\r\n'
    b"P-Access-Network-Info: 3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=0010100010019B21\r\n"
    b'Authorization: Digest username="001010123456789@ims.example"\r\nUser-Agent: Phone 5\r\nContent-Length: 0\r\n\r\n'
)
INVITE = (
    b"INVITE sip:ola@other.example SIP/2.0\r\nFrom: <sip:kari@maker.example>\r\nContent-Type: application/SDP\r\n"
    b"Content-Length: 10\r\n\r\nv=0\r\no=- 1"
)
BUSY = b"SIP/2.0 486 Busy Here\r\nFrom: <sip:kari@maker.example>\r\nl: 0\r\n\r\n"
STREAM = b"\r\n\r\n" + REGISTER + INVITE + b"\r\n\r\n"


def tcp() -> Sip:
    return Sip(transport="tcp")


def test_fields_of_a_datagram_are_slices(drive: Any) -> None:
    (item,) = drive(Sip(), [(0, REGISTER)])
    got = {p.path: REGISTER[p.start : p.end] for p in item.parts}
    assert got["target"] == b"sip:ims.example"
    assert got["header:From"] == b"<sip:+4790000000@ims.example>;tag=1"
    assert got["header:P-Access-Network-Info:utran-cell-id-3gpp"] == b"0010100010019B21"
    assert got["header:User-Agent"] == b"Phone 5"
    assert {p.field for p in item.parts if p.path == "header:Via"} == {"v"}
    assert (item.kind, item.facts, item.datagram, item.complete) == (
        "request",
        (("method", "REGISTER"),),
        0,
        True,
    )


def test_responses_have_a_status(drive: Any) -> None:
    (item,) = drive(Sip(), [(1, BUSY)])
    assert (item.kind, item.status) == ("response", 486)


def test_streams_are_cut_by_their_lengths(drive: Any, cut_alike: Any) -> None:
    items = drive(tcp(), [(0, STREAM)])
    assert [dict(item.facts)["method"] for item in items] == ["REGISTER", "INVITE"]
    body = next(p for p in items[1].parts if p.path == "body")
    assert STREAM[body.start : body.end] == b"v=0\r\no=- 1"
    assert items[1].content_type == "application/sdp"
    cut_alike(tcp, [(0, STREAM), (1, BUSY)])


def test_every_prefix_of_a_stream_is_told(prefixes_told: Any) -> None:
    data = REGISTER + INVITE
    prefixes_told(tcp, 0, data, tuple(range(3)) if data[:2] == b"\r\n" else ())


def test_a_cut_datagram_is_not_complete(drive: Any) -> None:
    for size in range(len(b"INVITE sip:ola@other.example SIP/2.0\r\n"), len(INVITE)):
        assert not drive(Sip(), [(0, INVITE[:size])])[0].complete or size == INVITE.index(b"Content-Length")


def test_keep_alives_say_nothing(drive: Any) -> None:
    assert drive(Sip(), [(0, b"\r\n\r\n"), (0, b"\x00\x00"), (0, b"")]) == []
    assert isinstance(drive(Sip(), [(0, b"hello")])[0], Gap)


def test_behind_a_hole_the_next_start_line_is_found() -> None:
    sip = tcp()
    items = [*sip.feed(0, REGISTER[:60]), *sip.miss(0, 20), *sip.feed(0, REGISTER[80:]), *sip.feed(0, INVITE)]
    assert [item.kind for item in items] == ["malformed", "request", "request"]
    assert (items[1].complete, items[2].start) == (False, len(REGISTER))


def test_a_head_without_end_is_bounded() -> None:
    sip = tcp()
    start = time.process_time()
    items = []
    for _ in range(400):
        items += sip.feed(0, b"a: " + b"b" * 4000 + b"\r\n")
    assert [item.kind for item in items] == ["limit"]
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("head", "fit"),
    [
        (REGISTER, Fit.CERTAIN),
        (BUSY, Fit.CERTAIN),
        (b"INVITE me\r\n", Fit.NO),
        (b"OPTIONS * HTTP/1.1\r\n", Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, fit: int) -> None:
    assert Sip.fit(head, "udp", 0) == Sip.fit(head, "tcp", 0) == fit


@given(
    st.sampled_from(["udp", "tcp"]),
    st.lists(
        st.tuples(st.integers(0, 1), st.one_of(st.binary(max_size=60), st.sampled_from([INVITE, BUSY])))
    ),
)
def test_noise_raises_nothing(transport: str, script: list[tuple[int, bytes]]) -> None:
    sip = decoder(transport=transport)
    for side, data in script:
        assert all(isinstance(item, Message | Gap) for item in sip.feed(side, data))
        list(sip.miss(side, 1))
    list(sip.finish(0))
    list(sip.finish(1))


@pytest.mark.corpus
@pytest.mark.tshark
def test_methods_are_those_of_tshark(corpus: Any, talks: Any, tshark: Any, drive: Any) -> None:
    path = corpus / "pcap/ndpi/webex.pcap"
    theirs = sorted(row[0] for row in tshark(path, ["sip.Method"], "sip.Method"))
    ours: list[str] = []
    for transport, script in talks(path):
        if script[0][1] and Sip.fit(script[0][1], transport, 0):
            items = drive(Sip(transport=transport), script)
            ours += [
                value
                for item in items
                if isinstance(item, Message)
                for name, value in item.facts
                if name == "method"
            ]
    assert sorted(ours) == theirs
