"""Twin of vitne.evidence.retelling: HTTP/3, HTTP/2 and WebSockets stand in a redacted capture as HTTP/1.1."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.decrypt.peers import Peers, frames_of, write_certificate
from tests.pipeline.talk import IMEI, subject

from vitne.decode.protocols.hpack_huffman import code
from vitne.evidence.rebuilding import AS_HTTP, OPENED
from vitne.evidence.redacting import Known, Redacted, redact
from vitne.evidence.retelling import Said, frame
from vitne.identify.subject import read_subject
from vitne.lab.pcap import pcap
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"0123456789abcdef0123"
AS_PLAIN = {f"{OPENED}, {AS_HTTP}": 1}


def _redacted(tmp_path: Path, frames: list[tuple[int, bytes]], keys: str) -> Redacted:
    place = tmp_path / "closed.pcap"
    place.write_bytes(pcap(frames))
    known = read_subject(str(subject(tmp_path)))[0]
    return redact([str(place)], Known(subject=known, keys=(keys,)), secret=SECRET)


def _requests(tmp_path: Path, made: Redacted) -> list[list[str]]:
    """Say what tshark reads in the packets."""
    place = tmp_path / "r.pcapng"
    place.write_bytes(made.capture)
    run = subprocess.run(
        ["tshark", "-r", str(place), "-d", "tcp.port==443,http", "-o", "tcp.check_checksum:TRUE", "-Y", "http",
         "-T", "fields", "-e", "http.request.method", "-e", "http.response.code", "-e", "tcp.checksum.status"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line.split("\t") for line in run.stdout.splitlines()]


def test_http_3_inside_quic_is_told_as_http_1(tmp_path: Path) -> None:
    quic = pytest.importorskip("tests.decrypt.quic_peers", reason="aioquic is not here")
    certificate = write_certificate(tmp_path / "server.pem")
    peers = quic.Http3Peers(certificate, tmp_path / "keys.log")
    body = gzip.compress(json.dumps({"imei": IMEI, "text": "some words " * 30}).encode(), mtime=0)
    peers.connect()
    peers.carry()
    more = [
        (b"content-type", b"application/json"),
        (b"content-encoding", b"gzip"),
        (b"x-device", IMEI.encode()),
    ]
    peers.ask(quic.post(b"/v1?id=" + IMEI.encode(), *more), body, piece=50)
    peers.ask(quic.post(b"/v2", (b"content-type", b"text/plain")), b"nothing of the person")
    peers.carry()
    peers.close()
    made = _redacted(tmp_path, quic.quic_frames(peers.talk.order), str(peers.keylog))
    assert made.same, made.differ
    assert made.told_anew == AS_PLAIN
    assert IMEI.encode() not in made.capture
    (tmp_path / "r.pcapng").write_bytes(made.capture)
    found = run_scan([str(tmp_path / "r.pcapng")], Options(subject=made.subject, jobs=1)).findings
    assert made.capture.count(made.mapping[0]["stand_in"].encode()) == 2, "in the query and in a field"
    assert [len(f.also) for f in found if f.identifier == "imei"] == [2]
    assert {f.destination.host for f in found} == {"collector.example"}
    if shutil.which("tshark"):
        told = _requests(tmp_path, made)
        assert sorted((row[:2] for row in told), reverse=True) == [["POST", ""]] * 2 + [["", "200"]] * 2
        assert {row[2] for row in told} == {"1"}, "every checksum is good"


def test_http_2_whose_fields_are_compressed_is_told_as_http_1(tmp_path: Path) -> None:
    path = code(f"/r?imei={IMEI}".encode())  # Huffman, RFC 7541 section 5.2
    head = b"\x82\x87\x04" + bytes([0x80 | len(path)]) + path + b"\x41\x11collector.example"
    sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
    sent += len(head).to_bytes(3, "big") + b"\x01\x05\x00\x00\x00\x01" + head
    answer = bytes.fromhex("000000040000000000") + bytes.fromhex("00000101050000000189")  # 204
    peers = Peers(write_certificate(tmp_path / "server.pem"), tmp_path / "keys.log")
    talk = peers.talk(peers.contexts("1.3"), [(0, sent), (1, answer)])
    made = _redacted(tmp_path, frames_of(talk), str(peers.keylog))
    assert made.same, made.differ
    assert made.told_anew == AS_PLAIN
    assert IMEI.encode() not in made.capture


def test_a_compressed_websocket_is_told_as_a_plain_one(tmp_path: Path) -> None:
    import zlib

    asked = b"GET /live HTTP/1.1\r\nHost: live.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    asked += b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    agreed = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    agreed += b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = json.dumps({"imei": IMEI, "filler": "abc" * 20}).encode()
    small = (squeeze.compress(text) + squeeze.flush(zlib.Z_SYNC_FLUSH))[:-4]
    masked = b"\xc1" + bytes([0x80 | len(small)]) + bytes(4) + small
    peers = Peers(write_certificate(tmp_path / "server.pem"), tmp_path / "keys.log")
    talk = peers.talk(peers.contexts("1.2"), [(0, asked), (1, agreed), (0, masked)])
    made = _redacted(tmp_path, frames_of(talk), str(peers.keylog))
    assert made.same, made.differ
    assert made.told_anew == AS_PLAIN
    assert IMEI.encode() not in made.capture


@pytest.mark.parametrize(
    ("length", "head"), [(5, "8185"), (200, "81fe00c8"), (70_000, "81ff0000000000011170")]
)
def test_a_frame_has_the_length_of_its_message(length: int, head: str) -> None:
    made = frame(Said(0, 0, "text", b"x" * length))
    assert made == bytes.fromhex(head) + bytes(4) + b"x" * length  # RFC 6455 section 5.2
    assert frame(Said(0, 1, "text", b"abc")) == b"\x81\x03abc"
