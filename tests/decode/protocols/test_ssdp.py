"""SSDP datagrams after the UPnP Device Architecture."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.ssdp import Ssdp, decoder
from vitne.model import Fit, Gap, Message

SEARCH = b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nUSER-AGENT: Phone/5\r\n\r\n'
NOTIFY = b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nX-Serial: 0001-AB\r\nEmpty:\r\n\r\nbody"
ANSWER = b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLOCATION: http://192.0.2.7/d.xml\r\n\r\n"


def test_fields_are_slices(drive: Any) -> None:
    items = drive(Ssdp(), [(0, SEARCH), (0, NOTIFY), (1, ANSWER)])
    assert [(item.kind, item.status, item.datagram) for item in items] == [
        ("search", None, 0),
        ("notify", None, 1),
        ("response", 200, 0),
    ]
    assert {p.field: SEARCH[p.start : p.end] for p in items[0].parts}["USER-AGENT"] == b"Phone/5"
    assert [(p.path, NOTIFY[p.start : p.end]) for p in items[1].parts][1:] == [
        ("header:X-Serial", b"0001-AB"),
        ("body", b"body"),
    ]


def test_every_cut_datagram_is_told(drive: Any) -> None:
    for size in range(1, len(SEARCH)):
        (item,) = drive(Ssdp(), [(0, SEARCH[:size])])
        assert isinstance(item, Gap) or not item.complete


@pytest.mark.parametrize(
    ("head", "fit"),
    [
        (SEARCH, Fit.CERTAIN),
        (NOTIFY, Fit.CERTAIN),
        (ANSWER, Fit.CERTAIN),
        (b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", Fit.NO),
        (b"NOTIFY sip:x SIP/2.0\r\n", Fit.NO),
    ],
)
def test_the_fit_comes_from_the_bytes(head: bytes, fit: int) -> None:
    assert Ssdp.fit(head, "udp", 0) == fit
    assert Ssdp.fit(head, "tcp", 0) == Fit.NO


@given(st.binary(max_size=120))
def test_noise_raises_nothing(data: bytes) -> None:
    ssdp = decoder()
    for piece in (data, SEARCH[:21] + data):
        assert all(isinstance(item, Message | Gap) for item in ssdp.feed(0, piece))
    assert [*ssdp.miss(0, 1), *ssdp.finish(0)] == []


@pytest.mark.corpus
@pytest.mark.tshark
@pytest.mark.parametrize("name", ["telegram.pcap", "iphone.pcap", "android.pcap"])
def test_as_many_messages_as_tshark_sees(corpus: Any, talks: Any, tshark: Any, drive: Any, name: str) -> None:
    path = corpus / "pcap/ndpi" / name
    ours = 0
    for transport, script in talks(path):
        if Ssdp.fit(script[0][1], transport, 0):
            ours += sum(isinstance(item, Message) for item in drive(Ssdp(), script))
    assert ours == len(tshark(path, ["frame.number"], "ssdp"))
