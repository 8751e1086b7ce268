"""Flow files.  ``data/flows.mitm`` was written by mitmproxy 11.0.2 itself, of invented values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exports.samples import BODY, flow, tnet
from tests.exports.test_reading import ANYTHING
from vitne.exports import Exchange
from vitne.exports.formats.mitmproxy import fit, read, spans
from vitne.model import Fit, Gap, Malformed

WRITTEN = (Path(__file__).parent / "data" / "flows.mitm").read_bytes()


def _all(data: bytes) -> list[Exchange]:
    found: list[Any] = []
    for span in spans(data):
        assert not isinstance(span, Gap)
        found += read(data[slice(*span)])
    return found


def _one(state: dict[str, Any]) -> Exchange:
    [one] = [each for each in read(tnet(state)) if isinstance(each, Exchange)]
    return one


def test_what_mitmproxy_writes_is_read() -> None:
    found = _all(WRITTEN)
    assert [(one.transport, one.protocol, one.host, one.server_port, one.answered) for one in found] == [
        ("tcp", "", "collect.example", 443, True),
        ("tcp", "", "collect.example", 443, True),
        ("tcp", "", "collect.example", 443, False),
        ("tcp", "", "live.example", 80, True),
        ("tcp", "websocket", "live.example", 80, True),
        ("tcp", "", "broker.example", 1883, True),
        ("udp", "", "beacon.example", 9999, False),
        ("udp", "", "dns.example", 53, True),
    ]
    assert all((one.client_ip, one.client_port) == ("192.168.1.20", 40000) for one in found)
    assert all(one.server_ip == "198.51.100.20" for one in found)
    assert [one.secured for one in found] == [True] * 3 + [False] * 5


def test_a_body_keeps_its_content_coding() -> None:
    packed = _all(WRITTEN)[1].units[0].data
    assert b"content-encoding: gzip" in packed.lower()
    assert packed.partition(b"\r\n\r\n")[2][:2] == b"\x1f\x8b"


def test_messages_of_web_sockets_and_connections_keep_side_and_time() -> None:
    socket, tcp = _all(WRITTEN)[4:6]
    assert [(unit.side, unit.kind) for unit in socket.units] == [(0, "text"), (1, "text"), (0, "binary")]
    assert socket.units[0].time_ns == 1_700_000_021_000_000_000
    assert [unit.side for unit in tcp.units] == [0, 1]
    assert tcp.units[1].time_ns == 1_700_000_030_100_000_000


OLD_REQUEST = {
    b"host": b"collect.example", b"port": 443, b"scheme": b"https", b"method": b"POST", b"path": b"/v1?os=13",
    b"headers": [[b"Content-Type", b"application/json"]], b"content": BODY.encode(), b"timestamp_start": 1.5,
    b"httpversion": [1, 1], b"form_in": b"relative",
}  # fmt: skip
OLD: dict[str, dict[Any, Any]] = {
    # what changed: in 0.13 names were bytes, in 0.14 `code` became `status_code`, `content` was `body` for a
    # while, addresses lost a wrapping in 2.0, `ssl_established` became `tls_established` in 6
    "0.13": {
        b"version": [0, 13], b"type": b"http", b"request": OLD_REQUEST,
        b"response": {b"code": 200, b"msg": b"OK", b"headers": [], b"content": b"ok", b"timestamp_start": 2.5},
        b"client_conn": {b"address": {b"address": [b"192.168.1.20", 40000], b"use_ipv6": False}},
        b"server_conn": {b"address": {b"address": [b"198.51.100.20", 443]}, b"ssl_established": True},
    },
    "0.15": {
        b"version": [0, 15], b"type": b"http",
        b"request": {key if key != b"content" else b"body": value for key, value in OLD_REQUEST.items()},
        b"response": {b"status_code": 200, b"msg": b"OK", b"headers": [], b"body": b"ok", b"timestamp_start": 2.5},
        b"client_conn": {b"address": {b"address": [b"192.168.1.20", 40000]}},
        b"server_conn": {b"address": {b"address": [b"collect.example", 443]},
                         b"peer_address": {b"address": [b"198.51.100.20", 443]}},
    },
    "4": {
        "version": 4, "type": "http", "request": {**flow()["request"], "timestamp_start": 1.5},
        "response": {**flow()["response"], "timestamp_start": 2.5, "reason": b"OK", "content": b"ok"},
        "client_conn": {"address": ["192.168.1.20", 40000], "ssl_established": True},
        "server_conn": {"address": ["collect.example", 443], "ip_address": ["198.51.100.20", 443]},
    },
}  # fmt: skip


@pytest.mark.parametrize("version", sorted(OLD))
def test_older_formats_tell_the_same(version: str) -> None:
    data = tnet(OLD[version])
    assert fit(data[:4096]) == Fit.CERTAIN
    one = _one(OLD[version])
    assert (one.client_ip, one.client_port, one.server_ip, one.server_port) == (
        "192.168.1.20", 40000, "198.51.100.20", 443,
    )  # fmt: skip
    assert one.secured
    assert one.units[0].data.startswith(b"POST /v1?os=13 HTTP/1.1\r\nHost: collect.example\r\n")
    assert one.units[0].data.endswith(BODY.encode())
    assert one.units[1].data.startswith(b"HTTP/1.1 200 OK\r\n")
    assert [unit.time_ns for unit in one.units] == [1_500_000_000, 2_500_000_000]


def test_web_sockets_were_flows_of_their_own_up_to_format_10() -> None:
    state = flow(type="websocket", version=9, handshake_flow=flow(), messages=[[1, True, "text", 1.5]])
    shaken, socket = read(tnet(state))
    assert isinstance(shaken, Exchange)
    assert isinstance(socket, Exchange)
    assert socket.host == "collect.example"
    assert [(unit.side, unit.kind, unit.data) for unit in socket.units] == [(0, "text", b"text")]


def test_rows_of_dns_may_be_lists() -> None:
    asked = {"id": 1, "query": True, "timestamp": 1.5, "questions": [["a.example", 1, 1]]}
    one = _one(flow(type="dns", request=asked, response=None))
    assert one.units[0].data.endswith(b"\x01a\x07example\x00\x00\x01\x00\x01")


def test_a_body_that_was_not_kept_is_a_gap() -> None:
    found = list(read(tnet(flow(request={**flow()["request"], "content": None}))))
    assert [one.kind for one in found if isinstance(one, Gap)] == ["not-exported"]


def test_a_flow_of_another_kind_or_a_newer_format_is_told() -> None:
    with pytest.raises(Malformed, match="newer format"):
        list(read(tnet(flow(type="news", version=99))))
    with pytest.raises(Malformed):
        list(read(tnet([1])))


def test_reading_goes_on_behind_damaged_bytes() -> None:
    data = tnet(flow()) + b"\x00damaged\xff" + tnet(flow()) + b"12:abc"
    found = list(spans(data))
    assert [isinstance(one, Gap) for one in found] == [False, True, False, True]
    assert [one.kind for one in found if isinstance(one, Gap)] == ["damaged-record", "truncated-file"]


def test_a_flow_that_the_end_cuts_off_is_told_as_cut() -> None:
    data = tnet(flow()) * 2
    found = list(spans(data[:-20]))
    assert [one.kind for one in found if isinstance(one, Gap)] == ["truncated-file"]
    assert len(found) == 2


KEYS = st.sampled_from(
    ["request", "response", "client_conn", "server_conn", "messages", "websocket", "content", "headers", "host",
     "port", "method", "path", "scheme", "status_code", "address", "peername", "timestamp_start", "questions"]
)  # fmt: skip
PLAIN = ANYTHING.filter(
    lambda value: not isinstance(value, dict) or all(isinstance(key, str) for key in value)
)


@given(
    st.sampled_from(["http", "websocket", "tcp", "udp", "dns"]),
    st.dictionaries(KEYS, PLAIN),
    st.dictionaries(KEYS, PLAIN),
)
def test_wrong_types_anywhere_are_borne(kind: str, state: Any, request: Any) -> None:
    try:
        list(read(tnet({"request": request, **state, "type": kind})))
    except Malformed:
        return
