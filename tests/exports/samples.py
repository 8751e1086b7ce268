"""Small exports of every format, of invented people."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.pipeline.har import entry, har

IMEI = "490154203237518"
BODY = json.dumps({"imei": IMEI})


def tnet(value: Any) -> bytes:
    """Write a value as typed netstrings."""
    if value is None:
        return b"0:~"
    if isinstance(value, bool):
        return _wrapped(b"true" if value else b"false", b"!")
    if isinstance(value, int):
        return _wrapped(str(value).encode(), b"#")
    if isinstance(value, float):
        return _wrapped(repr(value).encode(), b"^")
    if isinstance(value, str):
        return _wrapped(value.encode(), b";")
    if isinstance(value, bytes):
        return _wrapped(value, b",")
    if isinstance(value, dict):
        return _wrapped(b"".join(tnet(key) + tnet(each) for key, each in value.items()), b"}")
    return _wrapped(b"".join(map(tnet, value)), b"]")


def _wrapped(data: bytes, kind: bytes) -> bytes:
    return b"%d:%s%s" % (len(data), data, kind)


def flow(**more: Any) -> dict[str, Any]:
    """Give an HTTP flow of the current format."""
    return {
        "client_conn": {"peername": ["192.168.1.20", 40000], "tls": True},
        "server_conn": {"address": ["collect.example", 443], "peername": ["198.51.100.20", 443], "tls": True},
        "request": {
            "host": "collect.example",
            "port": 443,
            "method": b"POST",
            "scheme": b"https",
            "authority": b"",
            "path": b"/v1?os=13",
            "http_version": b"HTTP/2.0",
            "headers": [[b":authority", b"collect.example"], [b"content-type", b"application/json"]],
            "content": BODY.encode(),
            "trailers": None,
            "timestamp_start": 1700000000.25,
        },
        "response": {
            "status_code": 200,
            "reason": b"",
            "headers": [[b"content-type", b"application/json"]],
            "content": b'{"resultCode":"0"}',
            "timestamp_start": 1700000000.5,
        },
        "websocket": None,
        "type": "http",
        "version": 21,
        **more,
    }


def burp(request: bytes, response: bytes, *, encoded: bool = True) -> bytes:
    """Write one saved item."""

    def body(data: bytes) -> str:
        if encoded:
            return f'base64="true"><![CDATA[{base64.b64encode(data).decode()}]]>'
        return f'base64="false"><![CDATA[{data.decode()}]]>'

    return f"""<?xml version="1.0"?>
<!DOCTYPE items [
<!ELEMENT items (item*)>
<!ATTLIST items burpVersion CDATA "">
]>
<items burpVersion="2023.1" exportTime="Tue Nov 14 23:13:20 CET 2023">
  <item>
    <time>Tue Nov 14 23:13:20 CET 2023</time>
    <url><![CDATA[https://collect.example/v1?os=13]]></url>
    <host ip="198.51.100.20">collect.example</host>
    <port>443</port>
    <protocol>https</protocol>
    <method><![CDATA[POST]]></method>
    <path><![CDATA[/v1?os=13]]></path>
    <request {body(request)}</request>
    <status>200</status>
    <response {body(response)}</response>
    <comment></comment>
  </item>
</items>
""".encode()


CHARLES = {
    "status": "COMPLETE",
    "method": "POST",
    "protocolVersion": "HTTP/2.0",
    "scheme": "https",
    "host": "collect.example",
    "port": None,
    "actualPort": 443,
    "path": "/v1",
    "query": "os=13",
    "remoteAddress": "collect.example/198.51.100.20",
    "clientAddress": "/192.168.1.20",
    "clientPort": 40000,
    "times": {"start": "2023-11-14T23:13:20.250+01:00", "end": "2023-11-14T23:13:20.500+01:00"},
    "request": {
        "sizes": {"body": len(BODY)},
        "header": {
            "headers": [
                {"name": ":method", "value": "POST"},
                {"name": "content-type", "value": "application/json"},
            ]
        },
        "body": {"text": BODY},
    },
    "response": {
        "status": 200,
        "header": {"headers": []},
        "body": {"encoded": base64.b64encode(b"\x00ok").decode()},
    },
}
CHARLES_XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<charles-session>
<transaction status="COMPLETE" method="POST" protocolVersion="HTTP/1.1" protocol="https" host="collect.example"
 actualPort="443" path="/v1" query="os=13" remoteAddress="collect.example/198.51.100.20:443"
 clientAddress="192.168.1.20" clientPort="40000" startTimeMillis="1700000000250" endTimeMillis="1700000000500">
<request headers="true" body="true"><headers><first-line><![CDATA[POST /v1?os=13 HTTP/1.1]]></first-line>
<header><name>Content-Type</name><value>application/json</value></header></headers>
<body><![CDATA[{BODY}]]></body></request>
<response status="200" headers="true" body="true"><headers/><body encoding="base64">AG9r</body></response>
</transaction>
</charles-session>
""".encode()
ZEEK = (
    b"#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t"
    b"orig_bytes\tresp_bytes\n"
    b"1700000000.250000\tC1\t192.168.1.20\t40000\t198.51.100.20\t443\ttcp\t1200\t3400\n#close\t2023\n"
)
ZEEK_DNS = json.dumps({
    "ts": 1699999999.5, "uid": "C2", "id.orig_h": "192.168.1.20", "id.orig_p": 5000, "id.resp_h": "192.168.1.1",
    "id.resp_p": 53, "proto": "udp", "query": "Collect.example", "answers": ["198.51.100.20", "other.example"],
}).encode() + b"\n"  # fmt: skip
RECORD = "<a1><b1>TA-0000</b1><b2>A1000049999999</b2><b3>001010123456789</b3><b4>TA0000-1.0</b4></a1>"
SMS = f"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="1">
  <sms address="10659401" date="1700000000250" type="2" body="{RECORD.replace("<", "&lt;")}0a1b2c3d" />
</smses>
""".encode()
SMS_ROW = (
    f"Row: 0 _id=7, address=10659401, date=1700000000250, type=2, body={RECORD}0a1b2c3d, seen=1\n".encode()
)
SMS_PDU = b"0011000B916407281553F80000AA0AE8329BFD4697D9EC37\n"  # the sample of many manuals: hellohello
REQUEST = (
    b"POST /v1?os=13 HTTP/2\r\nHost: collect.example\r\nContent-Type: application/json\r\n\r\n"
    + BODY.encode()
)
ANSWER = b"HTTP/2 200 OK\r\nContent-Type: text/plain\r\n\r\nok"
SAMPLES = {
    "har": har(entry("https://collect.example/v1?os=13", body=BODY)),
    "mitmproxy": tnet(flow()),
    "burp": burp(REQUEST, ANSWER),
    "charles-json": json.dumps([CHARLES]).encode(),
    "charles-xml": CHARLES_XML,
    "zeek": ZEEK,
    "sms": SMS,
}
"""One export of each format; all but the last two tell of the same transmission."""
OTHERS = {"zeek", "sms"}
"""Formats that hold no requests."""
