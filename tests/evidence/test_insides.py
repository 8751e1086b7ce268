"""Twin of vitne.evidence.insides: opened and tunnelled flows stand in a redacted capture as plain ones."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.decrypt.peers import Peers, frames_of, write_certificate
from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne.evidence.redacting import OPENED, Known, redact
from vitne.identify.subject import read_subject
from vitne.lab import packets
from vitne.lab.pcap import pcap
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"0123456789abcdef0123"
BODY = json.dumps({"padding": "p" * 3000, "imei": IMEI, "again": f"x {IMEI}"}).encode()
POST = (
    b"POST /register HTTP/1.1\r\nHost: collector.example\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % len(BODY)
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _opened(tmp_path: Path, version: str) -> tuple[str, str]:
    peers = Peers(write_certificate(tmp_path / "server.pem"), tmp_path / "keys.log")
    talk = peers.talk(peers.contexts(version), [(0, POST + BODY), (1, ANSWER), (0, POST + BODY), (1, ANSWER)])
    capture = tmp_path / "closed.pcap"
    capture.write_bytes(pcap(frames_of(talk)))
    return str(capture), str(peers.keylog)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_flow_opened_with_keys_is_told_as_a_plain_one(tmp_path: Path, version: str) -> None:
    capture, keys = _opened(tmp_path, version)
    known = read_subject(str(subject(tmp_path)))[0]
    made = redact([capture], Known(subject=known, keys=(keys,)), secret=SECRET, shift=True)
    assert made.same, made.differ
    assert made.told_anew == {OPENED: 1}
    assert made.left_out == {}
    assert IMEI.encode() not in made.capture
    (tmp_path / "r.pcapng").write_bytes(made.capture)
    found = run_scan([str(tmp_path / "r.pcapng")], Options(subject=made.subject, jobs=1)).findings
    assert [f.protection for f in found if f.identifier == "imei"] == ["clear"] * 2
    assert {f.destination.host for f in found} == {"collector.example"}
    if shutil.which("tshark"):
        run = subprocess.run(
            ["tshark", "-r", str(tmp_path / "r.pcapng"), "-o", "tcp.check_checksum:TRUE", "-d", "tcp.port==443,http",
             "-T", "fields", "-e", "http.request.uri", "-e", "tcp.checksum.status", "-e", "_ws.expert.severity"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert run.stdout.count("/register") == 2
        assert "\t0\t" not in run.stdout, "no checksum is wrong"


def test_without_the_keys_nothing_of_it_is_kept(tmp_path: Path) -> None:
    capture, _ = _opened(tmp_path, "1.3")
    made = redact([capture], read_subject(str(subject(tmp_path)))[0], secret=SECRET)
    assert made.counts["packets_kept"] == 0


def _tunnelled(tmp_path: Path) -> str:
    talk = Talk()
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'"}'))
    ends = packets.Ends("198.51.100.11", "198.51.100.12")
    link = bytes.fromhex("00005e00530200005e005301") + b"\x08\x00"
    frames = []
    for time_ns, data in talk.frames():
        inner = data[14:]
        outer = packets.udp(b"\x30\xff" + struct.pack(">HI", len(inner), 7) + inner, ends, (2152, 2152))
        frames.append((time_ns, link + packets.internet(outer, ends, protocol=17)))
    place = tmp_path / "tunnel.pcap"
    place.write_bytes(pcap(frames))
    return str(place)


def test_a_flow_in_a_tunnel_is_told_without_it(tmp_path: Path) -> None:
    capture = _tunnelled(tmp_path)
    known = read_subject(str(subject(tmp_path)))[0]
    made = redact([capture], known, secret=SECRET)
    assert made.same, made.differ
    [(what, count)] = made.told_anew.items()
    assert (what.startswith("tunnel gtp"), count) == (True, 1)
    assert IMEI.encode() not in made.capture
    assert b"\x08\x68\x08\x68" not in made.capture, "the ports of the tunnel are gone"


def test_a_body_that_a_key_of_the_sender_opened_is_closed_again(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    from vitne.model import Key, Secrets

    key = bytes.fromhex("8f1d3b5c77a90214e6c2d0b18a4f6e93")
    text = f'{{"model":"TA-0000","hw":"{IMEI}","ts":1549174542}}'.encode()
    running = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    fill = 16 - len(text) % 16
    body = running.update(text + bytes([fill]) * fill) + running.finalize()
    talk = Talk()
    talk.ask(post(body, kind="application/octet-stream"))
    capture = talk.write(tmp_path / "a.pcap")
    known = read_subject(str(subject(tmp_path, f'[[known]]\nidentifier = "imei"\nvalue = "{IMEI}"\n')))[0]
    secrets = Secrets(keys=(Key(name="app", data=key),))
    made = redact([str(capture)], Known(subject=known, secrets=secrets), secret=SECRET)
    assert made.same, made.differ
    assert made.counts["packets_kept"] > 0
    assert body not in made.capture


def test_http_2_and_a_websocket_inside_are_told_as_plain_ones(tmp_path: Path) -> None:
    peers = Peers(write_certificate(tmp_path / "server.pem"), tmp_path / "keys.log")
    head = b"\x83\x87\x00\x05:path\x09/register\x00\x0a:authority\x11collector.example\x00\x0ccontent-type\x10application/json"
    body = b'{"a":"' + b"p" * 9_000 + b'","imei":"' + IMEI.encode() + b'"}'
    sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
    sent += len(head).to_bytes(3, "big") + b"\x01\x04\x00\x00\x00\x01" + head
    sent += len(body).to_bytes(3, "big") + b"\x00\x01\x00\x00\x00\x01" + body
    told = bytes.fromhex("000000040000000000") + bytes.fromhex("00000101050000000189")  # 204
    asked = b"GET /live HTTP/1.1\r\nHost: live.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    agreed = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    masked = b"\x81" + bytes([0x80 | 15]) + bytes(4) + IMEI.encode()
    one = peers.talk(peers.contexts("1.3"), [(0, sent), (1, told)])
    two = peers.talk(peers.contexts("1.2"), [(0, asked), (1, agreed), (0, masked)])
    place = tmp_path / "two.pcap"
    place.write_bytes(pcap([*frames_of(one), *frames_of(two, port=40001)]))
    known = read_subject(str(subject(tmp_path)))[0]
    made = redact([str(place)], Known(subject=known, keys=(str(peers.keylog),)), secret=SECRET)
    assert made.same, made.differ
    assert made.told_anew == {OPENED: 2}
    assert IMEI.encode() not in made.capture


def test_an_entry_without_addresses_cannot_be_told_as_packets() -> None:
    from types import SimpleNamespace

    from vitne.evidence.edits import Unchangeable
    from vitne.evidence.insides import to_be_told

    flow = SimpleNamespace(client_ip="", server_ip="192.0.2.1")
    traffic = SimpleNamespace(exported=True, flow=lambda _: flow)
    with pytest.raises(Unchangeable, match="both ends"):
        to_be_told(traffic, 0, [])  # type: ignore[arg-type]
