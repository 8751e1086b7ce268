"""WebSockets inside streams of HTTP/2 (RFC 8441) and HTTP/3 (RFC 9220)."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from vitne.decode.protocols.http2 import Http2
from vitne.model import Gap, Message, Part, Seed, Subject

if TYPE_CHECKING:
    from pathlib import Path

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MASK = b"\x37\xfa\x21\x3d"  # of the examples in RFC 6455 section 5.7
IMEI = "490154203237518"
BODY = b'{"device_imei":"%s","n":1}' % IMEI.encode()
ASKED = [(b":method", b"CONNECT"), (b":protocol", b"websocket"), (b":scheme", b"https"), (b":path", b"/chat")]
ASKED += [(b":authority", b"ws.example:8443"), (b"sec-websocket-version", b"13")]


def frame(kind: int, flags: int, payload: bytes, stream: int = 1) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def block(pairs: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"\x10" + bytes([len(n)]) + n + bytes([len(v)]) + v for n, v in pairs)


def masked(data: bytes, *, first: int = 0x81) -> bytes:
    assert len(data) < 126
    closed = bytes(byte ^ MASK[at % 4] for at, byte in enumerate(data))
    return bytes([first, 0x80 | len(data)]) + MASK + closed


def client(pieces: list[bytes], asked: list[tuple[bytes, bytes]] | None = None) -> bytes:
    said = PREFACE + frame(4, 0, b"", 0) + frame(1, 4, block(asked or ASKED))
    return said + b"".join(frame(0, 0, piece) for piece in pieces) + frame(0, 1, masked(b"", first=0x88))


def read(said: bytes, *, step: int = 0) -> list[Message | Gap]:
    http, found = Http2(), []
    for at in range(0, len(said), step or len(said)):
        found += http.feed(0, said[at : at + (step or len(said))])
    return [*found, *http.finish(0)]  # type: ignore[list-item]


def payload(said: bytes, message: Message) -> bytes:
    [part] = message.parts
    return said[part.start : part.end] if part.data is None else part.data


@pytest.mark.parametrize("step", [0, 1, 7])
def test_messages_stand_behind_the_request_that_asked_for_them(step: int) -> None:
    said = client([masked(b"Hello"), masked(b"World", first=0x82)])
    asked, *told, closed = read(said, step=step)
    assert isinstance(asked, Message)
    assert (asked.protocol, asked.host, dict(asked.facts)["upgrade"]) == ("http", "ws.example", "websocket")
    assert not any(part.path == "body" for part in asked.parts)
    assert [(one.kind, payload(said, one), one.host) for one in told] == [  # type: ignore[union-attr, arg-type]
        ("text", b"Hello", "ws.example"),
        ("binary", b"World", "ws.example"),
    ]
    assert isinstance(closed, Message)
    assert closed.kind == "close"


def test_a_message_over_fragments_and_frames_of_http_keeps_its_places() -> None:
    sent = masked(BODY[:10], first=0x01) + masked(BODY[10:], first=0x80)
    said = client([sent[:3], sent[3:12], sent[12:]])
    message = read(said)[1]
    assert isinstance(message, Message)
    [part] = message.parts
    assert part.data == BODY
    ends = [*(position for position, _ in part.pieces[1:]), len(BODY)]
    for (position, offset), end in zip(part.pieces, ends, strict=True):
        closed = said[offset : offset + end - position]
        assert any(
            bytes(byte ^ MASK[(at + turn) % 4] for at, byte in enumerate(closed)) == BODY[position:end]
            for turn in range(4)
        ), "where it says that a piece stands, the piece stands, closed with the mask"


def test_messages_are_inflated() -> None:
    deflater = zlib.compressobj(wbits=-15)
    small = (deflater.compress(BODY) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
    asked = [*ASKED, (b"sec-websocket-extensions", b"permessage-deflate")]
    said = client([masked(small, first=0xC1)], asked)
    message = read(said)[1]
    assert isinstance(message, Message)
    assert payload(said, message) == BODY


def test_what_is_no_frame_is_told_and_the_request_stands() -> None:
    asked, *rest = read(client([b"\xff" * 40]))
    assert isinstance(asked, Message)
    assert any(isinstance(one, Gap) and "WebSocket" in one.why for one in rest)


def test_a_tunnel_of_another_kind_is_a_body() -> None:
    asked = [(name, b"connect-udp" if name == b":protocol" else value) for name, value in ASKED]
    [message] = read(client([masked(b"Hello")], asked))
    assert isinstance(message, Message)
    assert [part.path for part in message.parts if isinstance(part, Part) and part.path == "body"] == ["body"]


def test_answers_count_past_the_messages_of_a_socket() -> None:
    http = Http2()
    said = client([masked(b"Hello")]) + frame(1, 5, block([(b":method", b"GET"), (b":path", b"/")]), 3)
    asked = [one for one in http.feed(0, said) if isinstance(one, Message) and one.answers is None]
    [answer] = http.feed(1, frame(4, 0, b"", 0) + frame(1, 5, block([(b":status", b"200")]), 3))
    assert isinstance(answer, Message)
    assert answer.answers is not None
    assert dict(asked[answer.answers].facts)["method"] == "GET"


def test_a_value_in_a_socket_of_http3_is_found(tmp_path: Path) -> None:
    pytest.importorskip("aioquic", reason="aioquic is not here: no peers that speak HTTP/3")
    from tests.decrypt.peers import write_certificate
    from tests.decrypt.quic_peers import Http3Peers, quic_frames

    from vitne.lab.pcap import pcap
    from vitne.pipeline import Options, run_scan

    peers = Http3Peers(write_certificate(tmp_path / "server.pem"), tmp_path / "quic.log")
    peers.connect()
    peers.carry()
    peers.ask(ASKED, masked(BODY) + masked(b"", first=0x88), piece=11)
    peers.carry()
    peers.close()
    path = tmp_path / "quic.pcap"
    path.write_bytes(pcap(quic_frames(peers.talk.order)))
    subject = Subject(seeds=(Seed(identifier="imei", name="imei#1", value=IMEI),))
    [finding] = run_scan([path], Options(subject=subject, keys=(peers.keylog,), jobs=1)).findings
    assert [layer["codec"] for layer in finding.layers] == ["quic", "websocket", "json"]
    assert (finding.field, finding.destination.host, finding.verified) == ("device_imei", "ws.example", True)
