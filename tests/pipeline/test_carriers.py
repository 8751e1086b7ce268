"""Carriers of the web and of sensors, the whole way: what each layer is called, and what is found in it."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

import pytest

from tests.pipeline.talk import IMEI, Talk, get, post, subject
from vitne.identify.subject import read_subject
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.model import Finding

MESSAGE = b"\x0a\x0f" + IMEI.encode()
FRAMED = b"\0" + struct.pack(">I", len(MESSAGE)) + MESSAGE
TRAILERS = b"\x80" + struct.pack(">I", 15) + b"grpc-status:0\r\n"


def imei_of(folder: Path, talk: Talk) -> Finding:
    known, _ = read_subject(str(subject(folder)))
    result = run_scan([talk.write(folder / "a.pcap")], Options(subject=known, jobs=1))
    (found,) = [one for one in result.findings if one.identifier == "imei"]
    assert found.value == IMEI
    assert found.verified
    return found


def question(name: str) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", 0, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)


def test_a_question_in_the_address_of_a_request_is_read(tmp_path):
    asked = base64.urlsafe_b64encode(question(f"{IMEI}.collect.example")).rstrip(b"=").decode()
    talk = Talk()
    talk.ask(get(f"/dns-query?dns={asked}", more="Accept: application/dns-message\r\n"))
    assert imei_of(tmp_path, talk).field == "dns"


def test_a_question_in_the_body_of_a_request_is_read(tmp_path):
    talk = Talk()
    talk.ask(post(question(f"{IMEI}.collect.example"), kind="application/dns-message"))
    assert imei_of(tmp_path, talk).protocol == "http"


def test_an_event_that_a_server_pushes_is_received_under_its_name(tmp_path):
    event = b'event: profile\ndata: {"imei":"%s"}\n\n' % IMEI.encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(event)
    talk = Talk()
    talk.ask(get("/events"), answer + event)
    found = imei_of(tmp_path, talk)
    assert found.direction == "received"
    assert "event-stream" in [layer["codec"] for layer in found.layers]


@pytest.mark.parametrize(
    ("body", "kind", "codec"),
    [
        (FRAMED + TRAILERS, "application/grpc-web+proto", "grpc"),
        (base64.b64encode(FRAMED), "application/grpc-web-text", "grpc-web-text"),
        (
            base64.b64encode(FRAMED) + base64.b64encode(TRAILERS),
            "application/grpc-web-text+proto",
            "grpc-web-text",
        ),
    ],
)
def test_frames_of_grpc_web_are_opened_as_octets_and_as_text(tmp_path, body, kind, codec):
    talk = Talk()
    talk.ask(post(body, kind=kind))
    assert codec in [layer["codec"] for layer in imei_of(tmp_path, talk).layers]


def test_a_multimedia_message_on_its_way_to_the_centre_is_opened(tmp_path):
    part = b"imei=" + IMEI.encode()
    body = b"\x8c\x80\x98T1\0\x8d\x93\x84\xa3\x01\x01" + bytes([len(part)]) + b"\x83" + part
    talk = Talk()
    talk.ask(post(body, kind="application/vnd.wap.mms-message"))
    assert "mms" in [layer["codec"] for layer in imei_of(tmp_path, talk).layers]


def test_the_endpoint_of_a_registration_of_lwm2m_is_read(tmp_path):
    name = b"ep=urn:imei:" + IMEI.encode()
    talk = Talk()
    talk.udp(b"\x44\x02\x00\x01abcd\xb2rd\x4d" + bytes([len(name) - 13]) + name + b"\xff</3/0>", port=5683)
    found = imei_of(tmp_path, talk)
    assert (found.protocol, found.field) == ("coap", "ep")


def test_a_payload_of_mqtt_sn_has_the_name_of_its_topic(tmp_path):
    def message(kind: int, body: bytes) -> bytes:
        return bytes([len(body) + 2, kind]) + body

    talk = Talk()
    talk.udp(message(0x04, b"\x04\x01\x00\x3cphone-1"), port=1884)
    talk.udp(message(0x0A, b"\x00\x07\x00\x01devices/imei"), port=1884)
    talk.udp(message(0x0C, b"\x00\x00\x07\x00\x02" + IMEI.encode()), port=1884)
    found = imei_of(tmp_path, talk)
    assert (found.protocol, found.field) == ("mqtt-sn", "imei")


def test_a_call_inside_the_tunnel_of_a_mobile_network_is_read(tmp_path):
    from vitne.lab import packets

    device, server = packets.Ends("192.0.2.10", "198.51.100.20"), ("10.0.0.1", "10.0.0.2")
    invite = (
        f"REGISTER sip:collect.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1\r\n"
        f'Contact: <sip:1@192.0.2.10>;+sip.instance="<urn:gsma:imei:{IMEI[:8]}-{IMEI[8:14]}-0>"\r\n'
        f"User-Agent: phone {IMEI}\r\nCall-ID: 1@192.0.2.10\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
    ).encode()
    inner = packets.internet(packets.udp(invite, device, (5060, 5060)), device, protocol=17)
    tunnel = b"\x30\xff" + struct.pack(">HI", len(inner), 7) + inner
    ends = packets.Ends(*server)
    outer = packets.internet(packets.udp(tunnel, ends, (2152, 2152)), ends, protocol=17)
    talk = Talk()
    path = talk.write(
        tmp_path / "a.pcap",
        [(talk.now, packets.ethernet(outer, "00:00:5e:00:53:01", "00:00:5e:00:53:02"))],
    )
    known, _ = read_subject(str(subject(tmp_path)))
    result = run_scan([path], Options(subject=known, jobs=1))
    found = [one for one in result.findings if one.identifier == "imei" and one.value == IMEI]
    assert found[0].protocol == "sip"
    assert found[0].destination.ip == "198.51.100.20"
