from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exports.test_reading import ANYTHING
from tests.pipeline.har import entry, har
from vitne.exports import Exchange
from vitne.exports.formats import mitmproxy
from vitne.exports.formats.har import read, spans
from vitne.model import Gap, Malformed, Oddity


def _read(row: dict[str, Any]) -> list[Any]:
    return list(read(json.dumps(row).encode()))


def _request(row: dict[str, Any]) -> bytes:
    one = next(one for one in _read(row) if isinstance(one, Exchange))
    return one.units[0].data


def _posted(**posted: Any) -> dict[str, Any]:
    row = entry(body="x")
    row["request"].update(postData=posted, headers=[])
    return row


def test_a_body_in_base64_is_decoded() -> None:
    for name in ("encoding", "_encoding"):
        data = _request(_posted(text=base64.b64encode(b"\x00\xff").decode(), **{name: "base64"}))
        assert data.endswith(b"\r\n\r\n\x00\xff")


def test_a_body_that_claims_base64_and_is_none_is_kept_as_it_stands() -> None:
    assert _request(_posted(text="aGVsb", encoding="base64")).endswith(b"\r\n\r\naGVsb")


def test_fields_without_a_text_become_a_form() -> None:
    params = [{"name": "a b", "value": "é"}, {"name": "c"}]
    assert _request(_posted(params=params)).endswith(b"\r\n\r\na+b=%C3%A9&c=")


def test_a_text_goes_before_its_fields() -> None:
    assert _request(_posted(text="a=1", params=[{"name": "b"}])).endswith(b"\r\n\r\na=1")


def test_the_body_may_stand_in_an_addition() -> None:
    row = entry()
    row["request"]["_content"] = {"text": "b2s=", "encoding": "base64", "mimeType": "text/plain"}
    data = _request(row)
    assert data.endswith(b"\r\n\r\nok")
    assert b"Content-Type: text/plain\r\n" in data


def test_bytes_that_were_no_text_are_bytes_again() -> None:
    row = json.dumps(_posted(text="MARK")).replace("MARK", "\\udcff\\udc00\\ud83d\\ude00").encode()
    [one] = read(row)
    assert isinstance(one, Exchange)
    assert one.units[0].data.endswith(b"\r\n\r\n\xff\xef\xbf\xbd\xf0\x9f\x98\x80")


def test_cookies_and_query_are_put_back_where_headers_and_address_lack_them() -> None:
    row = entry("https://collect.example/a")
    row["request"].update(
        cookies=[{"name": "sid", "value": "1"}, {"name": "u", "value": "2"}],
        queryString=[{"name": "q", "value": "x y"}],
    )
    data = _request(row)
    assert data.startswith(b"GET /a?q=x+y HTTP/1.1\r\n")
    assert b"Cookie: sid=1; u=2\r\n" in data


def test_the_host_header_stays_as_it_was_sent() -> None:
    row = entry("https://front.example/")
    row["request"]["headers"] = [{"name": "Host", "value": "behind.example"}]
    assert _request(row).count(b"Host: ") == 1
    assert b"Host: behind.example\r\n" in _request(row)


def test_an_unusual_port_stands_in_the_host_header() -> None:
    assert b"Host: collect.example:8443\r\n" in _request(entry("https://collect.example:8443/"))
    assert b"Host: [2001:db8::1]\r\n" in _request(entry("http://[2001:db8::1]/"))


def test_an_entry_without_an_answer_says_so() -> None:
    [one] = _read(entry(status=0))
    assert not one.answered
    assert len(one.units) == 1


def test_an_answer_comes_as_late_as_the_entry_took() -> None:
    [one] = _read(entry(at=10**18))
    assert [unit.time_ns for unit in one.units] == [10**18, 10**18 + 20_500_000]


def test_web_socket_messages_are_messages() -> None:
    messages = [
        {"type": "send", "time": 1700000000.5, "opcode": 1, "data": "text"},
        {
            "type": "receive",
            "time": 1700000001.5,
            "opcode": 2,
            "data": base64.b64encode(b"\x00\x01").decode(),
        },
        {"type": "receive", "time": None, "opcode": 9, "data": "ping"},
        {"type": "error", "time": 1700000002.5, "opcode": -1, "data": "net::ERR"},
    ]
    http, socket = _read(entry("wss://live.example/", _webSocketMessages=messages))
    assert http.protocol == ""
    assert socket.protocol == "websocket"
    assert [(unit.side, unit.kind, unit.data) for unit in socket.units] == [
        (0, "text", b"text"),
        (1, "binary", b"\x00\x01"),
        (1, "other", b"ping"),
    ]
    assert socket.units[0].time_ns == 1_700_000_000_500_000_000
    assert socket.secured


@pytest.mark.parametrize("more", [{"_fromCache": "disk"}, {"_fetchType": "Memory Cache"}])
def test_what_a_cache_answered_was_not_sent(more: dict[str, Any]) -> None:
    [one] = _read(entry(**more))
    assert isinstance(one, Oddity)
    assert one.name == "entry-from-cache"


def test_what_is_no_address_of_the_web_is_told() -> None:
    [one] = _read(entry("data:text/plain,imei"))
    assert isinstance(one, Oddity)
    assert one.name == "entry-off-the-network"


def test_bodies_that_are_not_in_the_export_are_gaps() -> None:
    row = entry(answer="")
    row["request"]["bodySize"] = 12
    row["response"]["content"]["size"] = 34
    gaps = [one for one in _read(row) if isinstance(one, Gap)]
    assert [(gap.kind, gap.length) for gap in gaps] == [("not-exported", 12), ("not-exported", 34)]


def test_a_body_of_an_answer_that_can_have_none_is_told() -> None:
    assert [one.name for one in _read(entry(status=304)) if isinstance(one, Oddity)] == ["body-without-place"]


def test_ends_are_given_as_far_as_they_are_told() -> None:
    [one] = _read(
        entry("http://192.0.2.7/", serverIPAddress="", _clientAddress="192.168.1.20", _clientPort="40000")
    )
    assert (one.client_ip, one.client_port, one.server_ip, one.server_port) == (
        "192.168.1.20",
        40000,
        "192.0.2.7",
        80,
    )
    [one] = _read(entry(serverIPAddress="[2001:db8::1]"))
    assert one.server_ip == "2001:db8::1"


def test_a_body_that_the_app_itself_encrypted_was_not_in_the_clear() -> None:
    row = entry("http://collect.example/", body="imei=1")
    assert not _read(row)[0].secured
    row["request"]["_decryption"] = {"originalContent": "AAEC", "decryptedContent": "imei=1"}
    assert _read(row)[0].secured


def test_a_byte_order_mark_is_stepped_over() -> None:
    data = b"\xef\xbb\xbf" + har(entry())
    assert len(list(spans(data))) == 1


KEYS = st.sampled_from(
    ["request", "response", "url", "method", "headers", "postData", "text", "params", "name", "value", "status",
     "content", "size", "time", "startedDateTime", "_webSocketMessages", "cookies", "queryString", "encoding"]
)  # fmt: skip


@given(st.dictionaries(KEYS, ANYTHING), st.dictionaries(KEYS, ANYTHING), st.dictionaries(KEYS, ANYTHING))
def test_wrong_types_anywhere_are_borne(row: Any, request: Any, response: Any) -> None:
    whole = {
        **row,
        "request": {"url": "http://collect.example/", **request},
        "response": {"status": 200, **response},
    }
    try:
        data = json.dumps(whole, default=lambda value: value.hex()).encode()
    except (TypeError, ValueError):
        return
    try:
        list(read(data))
    except Malformed:
        return


def test_what_mitmproxy_exports_of_its_flows_tells_of_the_same_transmissions() -> None:
    """``data/flows.har`` was written by mitmproxy 11.0.2 from ``data/flows.mitm``."""
    folder = Path(__file__).parent / "data"
    har_found = [one for one in _all((folder / "flows.har").read_bytes()) if isinstance(one, Exchange)]
    flow_data = (folder / "flows.mitm").read_bytes()
    flow_found = [
        one
        for span in mitmproxy.spans(flow_data)
        for one in mitmproxy.read(flow_data[slice(*span)])  # type: ignore[misc]
        if isinstance(one, Exchange) and one.transport == "tcp" and one.server_port != 1883
    ]
    assert len(har_found) == len(flow_found) == 5
    for one, other in zip(har_found, flow_found, strict=True):
        names = ("protocol", "host", "server_ip", "server_port", "secured", "answered")
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        assert [unit.side for unit in one.units] == [unit.side for unit in other.units]
        assert one.units[0].time_ns == other.units[0].time_ns


def _all(data: bytes) -> list[Any]:
    return [one for span in spans(data) for one in read(data[slice(*span)])]  # type: ignore[misc]
