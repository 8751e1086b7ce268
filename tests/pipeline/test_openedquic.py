"""QUIC conversations from a capture and its keys to findings; the truth is what the peers themselves tell."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.decrypt.peers import write_certificate
from tests.decrypt.quic_peers import NAME, Http3Peers, QuicPeers, post, quic_frames
from tests.decrypt.sealing import hellos, key_log, sealed, stream_frame
from vitne.lab.pcap import block, padded, pcap, pcapng
from vitne.model import Message, Seed, Subject
from vitne.pipeline import Options, run_scan
from vitne.pipeline.replay import replay
from vitne.pipeline.traffic import give_keys, open_traffic
from vitne.pipeline.views import SideView, join

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IMEI = "490154203237518"
SUBJECT = Subject(seeds=(Seed(identifier="imei", name="imei#1", value=IMEI),))
JSON = (b"content-type", b"application/json")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


def scan(path: Path, *keys: Path, **more: Any) -> Any:
    return run_scan([path], Options(subject=SUBJECT, keys=keys, **{"jobs": 1, **more}))


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def spoken(certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Http3Peers, Path]:
    """Three requests: IMEI in a path, in a body over many packets, and in a header that repeats."""
    folder = tmp_path_factory.mktemp("spoken")
    peers = Http3Peers(certificate, folder / "keys.log")
    peers.connect()
    peers.carry()
    peers.ask(post(b"/a?imei=" + IMEI.encode(), (b"user-agent", b"phone/1")))
    peers.carry()
    peers.ask(
        post(b"/b", JSON),
        b'{"pad":"' + b"p" * 5000 + b'","imei":"%s","end":"' % IMEI.encode() + b"q" * 5000 + b'"}',
    )
    peers.carry()
    for _ in range(3):
        peers.client.request_key_update()
        peers.ask(post(b"/c", (b"x-imei", IMEI.encode())))
        peers.carry()
    peers.close()
    return peers, written(folder / "c.pcap", pcap(quic_frames(peers.talk.order)))


def opened(path: Path, keys: Sequence[Path]) -> tuple[Any, Any]:
    """Give the traffic of a capture, and what was inside its first flow."""
    _, (traffic,), _ = open_traffic([path], stdin=None, progress=lambda *_: None)
    give_keys([traffic], keys)
    pieces: dict[int, list[SideView]] = {}
    for batch in traffic.walked.batches(8 << 20):
        for piece in range(len(batch.flow) if hasattr(batch, "data") else 0):
            pieces.setdefault(int(batch.side[piece]), []).append(SideView.of_batch(batch, piece))
    views = {side: join(some, 1 << 28) for side, some in sorted(pieces.items())}
    inside = traffic.inside(traffic.flow(0), views)
    assert inside is not None
    return traffic, inside


def followed(path: Path, stream: int, *options: str) -> list[bytes]:
    """Give the bytes of both directions of a stream as tshark follows it."""
    words = ["tshark", "-r", str(path), *options, "-q", "-z", f"follow,quic,raw,0,{stream}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = [b"", b""]
    for line in done.stdout.splitlines():
        digits = line.strip()
        if digits and not set(digits) - set("0123456789abcdef"):
            found[line.startswith("\t")] += bytes.fromhex(digits)
    return found


def test_findings_inside_name_packets_and_frames_and_are_verified(spoken: tuple[Http3Peers, Path]) -> None:
    peers, path = spoken
    found = [one for one in scan(path, peers.keylog).findings if one.identifier == "imei"]
    assert len(found) == 5
    for one in found:
        assert (one.protection, one.protocol, one.transport, one.verified) == (
            "decrypted",
            "http",
            "udp",
            True,
        )
        assert (one.destination.host, one.answer, one.delivery) == (NAME, "HTTP 200", "accepted")
        assert (one.layers[0]["codec"], one.layers[0]["path"]) == ("quic", "stream")
        assert tuple(one.layers[0]["range"]) == one.stream_range
        assert all(peers.talk.order[frame - 1][0] == 0 for frame in one.frames)
    assert [one.field for one in found] == ["imei", "imei", "x-imei", "x-imei", "x-imei"]
    assert len(found[1].frames) == 1, "of all packets of the body, the one that holds the value"
    first, last = found[1].message_frames
    assert last - first > 5
    wire = b"".join(one for side, one in peers.talk.order if side == 0)
    start, end = found[1].stream_range
    assert wire[start:end] in peers.talk.order[found[1].frames[0] - 1][1]


def test_nothing_of_it_is_counted_as_unreadable_any_more(spoken: tuple[Http3Peers, Path]) -> None:
    peers, path = spoken
    assert [row.reason for row in scan(path).opaque] == ["quic"]
    result = scan(path, peers.keylog)
    assert result.opaque == []
    assert [gap.kind for gap in result.gaps] == []


def test_the_messages_are_those_that_the_server_received(spoken: tuple[Http3Peers, Path]) -> None:
    peers, path = spoken
    traffic, inside = opened(path, [peers.keylog])
    told: dict[int, list[Any]] = {0: [], 1: []}
    for event in traffic.events(inside.flow, inside.views):
        assert isinstance(event, Message)
        fields = [(part.field, part) for part in event.parts if part.path.startswith("header:")]
        view = inside.views[event.side]
        headers = [
            (name, part.data if part.data is not None else view.slice(part.start, part.end))
            for name, part in fields
        ]
        body = [part for part in event.parts if part.path == "body"]
        text = (
            body[0].data
            if body and body[0].data is not None
            else view.slice(body[0].start, body[0].end)
            if body
            else b""
        )
        told[event.side].append((headers, text))
    received: dict[tuple[int, int], list[Any]] = {}
    for side, stream, kind, what in peers.received:
        one = received.setdefault((1 - side, stream), [[], b""])
        if kind == "headers":
            one[0] += [
                (name.decode(), value) for name, value in what if name[:1] != b":" or name == b":authority"
            ]
        else:
            one[1] += what
    for side in (0, 1):
        truth = [tuple(received[key]) for key in sorted(received) if key[0] == side]
        assert told[side] == truth


def test_a_finding_inside_is_read_back_from_the_evidence(spoken: tuple[Http3Peers, Path]) -> None:
    peers, path = spoken
    for finding in [one for one in scan(path, peers.keylog).findings if one.identifier == "imei"]:
        read = replay([path], finding, [], keys=(peers.keylog,))
        assert read.spelling == IMEI.encode()
        assert [step.codec for step in read.steps] == [layer["codec"] for layer in finding.layers]


def test_several_processes_and_keys_inside_the_capture_give_the_same(
    spoken: tuple[Http3Peers, Path], tmp_path: Path
) -> None:
    peers, path = spoken
    one = scan(path, peers.keylog)
    assert scan(path, peers.keylog, jobs=2).findings == one.findings
    data, log = pcapng(quic_frames(peers.talk.order)), peers.keylog.read_bytes()
    begin = struct.unpack_from("<I", data, 4)[0]
    secrets = block(10, struct.pack("<II", 0x544C534B, len(log)) + padded(log))
    inside = scan(written(tmp_path / "d.pcapng", data[:begin] + secrets + data[begin:]))
    assert [(each.value, each.frames, each.layers) for each in inside.findings] == [
        (each.value, each.frames, each.layers) for each in one.findings
    ]


@pytest.mark.parametrize(
    ("case", "reason"), [("of others", "no-key"), ("wrong", "wrong-key"), ("cut", "no-key")]
)
def test_bad_keys_are_told_per_destination(
    spoken: tuple[Http3Peers, Path], tmp_path: Path, case: str, reason: str
) -> None:
    peers, path = spoken
    lines = [line.split() for line in peers.keylog.read_text().splitlines()]
    texts = {
        "of others": "".join(f"{label} {'00' * 32} {secret}\n" for label, _, secret in lines),
        "wrong": "".join(f"{label} {who} {'ab' * (len(secret) // 2)}\n" for label, who, secret in lines),
        "cut": peers.keylog.read_text()[:200],
    }
    log = tmp_path / "bad.log"
    log.write_text(texts[case])
    result = scan(path, log)
    assert not [one for one in result.findings if one.identifier == "imei"]
    (row,) = result.opaque
    assert (row.reason, row.destination.host, row.transport, row.flows) == (reason, NAME, "udp", 1)
    assert row.bytes > 12_000


def test_lost_packets_are_told_per_destination_and_what_is_there_is_found(
    spoken: tuple[Http3Peers, Path], tmp_path: Path
) -> None:
    peers, _ = spoken
    order = peers.talk.order
    body = [at for at, (side, one) in enumerate(order) if side == 0 and one[0] < 0x80 and len(one) > 1100]
    kept = [each for at, each in enumerate(order) if at != body[1]]
    result = scan(written(tmp_path / "c.pcap", pcap(quic_frames(kept))), peers.keylog)
    (row,) = [one for one in result.opaque if one.reason == "missing-segment"]
    assert 1000 < row.bytes < 1300
    assert len([one for one in result.findings if one.identifier == "imei"]) == 5


def test_names_asked_for_over_quic_are_learned(certificate: Path, tmp_path: Path) -> None:
    name = b"\x05phone\x07example\x00"
    query = struct.pack(">6H", 0, 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", 1, 1)
    answer = struct.pack(">6H", 0, 0x8180, 1, 1, 0, 0) + name + struct.pack(">HH", 1, 1)
    answer += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([198, 51, 100, 30])
    peers = QuicPeers(certificate, tmp_path / "keys.log", alpn=["doq"])
    peers.connect()
    peers.carry()
    for stream in (0, 4):
        peers.client.send_stream_data(stream, struct.pack(">H", len(query)) + query, end_stream=True)
        peers.carry()
        assert peers.server is not None
        peers.server.send_stream_data(stream, struct.pack(">H", len(answer)) + answer, end_stream=True)
        peers.carry()
    peers.close()
    result = scan(written(tmp_path / "c.pcap", pcap(quic_frames(peers.talk.order))), peers.keylog)
    assert [row.protocol for row in result.transmissions] == ["quic", "dns", "dns"]
    assert result.opaque == []


def test_what_no_protocol_reads_is_searched_over_the_borders_of_packets(
    certificate: Path, tmp_path: Path
) -> None:
    peers = QuicPeers(certificate, tmp_path / "keys.log", alpn=["own"], max_datagram_frame_size=1200)
    peers.connect()
    peers.carry()
    peers.client.send_stream_data(0, b"\x01\x02" + IMEI.encode()[:7])
    peers.carry()
    peers.client.send_stream_data(0, IMEI.encode()[7:] + b"\x00", end_stream=True)
    peers.client.send_datagram_frame(b"\x07 imei=" + IMEI.encode())
    peers.carry()
    peers.close()
    result = scan(written(tmp_path / "c.pcap", pcap(quic_frames(peers.talk.order))), peers.keylog)
    found = [one for one in result.findings if one.identifier == "imei"]
    assert [one.protocol for one in found] == ["stream", "datagram"]
    assert len(found[0].frames) == 2


def test_a_connection_turned_round_is_still_read(spoken: tuple[Http3Peers, Path], tmp_path: Path) -> None:
    peers, _ = spoken
    late = [*peers.talk.order[1:4], *peers.talk.order[:1], *peers.talk.order[4:]]  # an answer was seen first
    result = scan(written(tmp_path / "c.pcap", pcap(quic_frames(late))), peers.keylog)
    assert len([one for one in result.findings if one.identifier == "imei"]) == 5


@pytest.mark.corpus
@pytest.mark.tshark
def test_a_real_browser_and_server_are_opened_as_tshark_opens_them(corpus: Path) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not here")
    path = next(corpus.rglob("quic_follow_multistream.pcapng"))
    result = scan(path)
    assert {row.reason for row in result.opaque} <= {"high-entropy"}, "its keys lie inside"
    assert [gap for gap in result.gaps if gap.kind != "limit"] == []
    assert sum(row.protocol == "http" for row in result.transmissions) == 22
    _, inside = opened(path, ())
    for stream in (0, 4, 8):
        theirs = followed(path, stream)
        ours = [
            b"".join(view.part_of(one).data for one in view.streams if one.number == stream)
            for view in inside.views.values()
        ]
        assert sorted(ours) == sorted(map(bytes, theirs))


@pytest.mark.tshark
@pytest.mark.parametrize("version", ["1", "2"])
def test_tshark_opens_the_same_bytes(certificate: Path, tmp_path: Path, version: str) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not here")
    peers = Http3Peers(certificate, tmp_path / "keys.log", version=version)
    peers.connect()
    peers.carry()
    peers.ask(post(b"/b", JSON), bytes(range(256)) * 60)
    peers.carry()
    peers.close()
    path = written(tmp_path / "c.pcap", pcap(quic_frames(peers.talk.order)))
    for stream in (0, 2, 3, 6):
        theirs = followed(path, stream, "-o", f"tls.keylog_file:{peers.keylog}")
        ours = [bytes(peers.talk.streams[side].get(stream, b"")) for side in (0, 1)]
        if any(theirs):
            assert sorted(map(bytes, theirs)) == sorted(ours), "whichever node tshark names first"


def test_frames_that_are_not_known_are_told(tmp_path: Path) -> None:
    packets = [
        (0, sealed(0, stream_frame(0, 0, b"\x01\x02 imei=" + IMEI.encode(), fin=True))),
        (0, sealed(1, b"\x40\x52odd")),
    ]
    log = tmp_path / "keys.log"
    log.write_bytes(key_log())
    result = scan(written(tmp_path / "c.pcap", pcap(quic_frames([*hellos(), *packets]))), log)
    assert [(gap.kind, gap.count) for gap in result.gaps] == [("malformed", 1)]
    assert [one.protocol for one in result.findings if one.identifier == "imei"] == ["stream"]


def bombed(folder: Path) -> tuple[Path, Path]:
    """Write a capture in which three sections of fields refer 30,000 times each to 64 KB, and its keys.

    A request beside them holds the IMEI; the server allows the table of fields that it takes.
    """
    table = b"\x02\x3f\xe1\xff\x03" + b"\x41n\x7f\x81\xf4\x03" + b"v" * 64128
    section = b"\x02\x00" + b"\x80" * 30_000
    request = b"\x01" + struct.pack(">I", len(section) | 0x80000000) + section
    asked = b"\x00\x00\xd1\xd7\x51\x17/a?imei=" + IMEI.encode()
    streams = [
        (2, table, False),
        *((stream, request, True) for stream in (0, 4, 8)),
        (12, b"\x01" + bytes([len(asked)]) + asked, True),
    ]
    order = [*hellos(), (1, sealed(0, stream_frame(3, 0, b"\x00\x04\x05\x01\x80\x00\xff\xff"), to=b""))]
    for stream, content, fin in streams:
        for at in range(0, len(content), 16_000):
            piece = content[at : at + 16_000]
            frame = stream_frame(stream, at, piece, fin=fin and at + 16_000 >= len(content))
            order.append((0, sealed(len(order), frame)))
    return written(folder / "c.pcap", pcap(quic_frames(order))), written(folder / "keys.log", key_log())


def test_a_bomb_of_header_fields_ends_in_a_gap_and_the_rest_is_found(tmp_path: Path) -> None:
    path, keys = bombed(tmp_path)
    case = tmp_path / "case"
    subject = written(tmp_path / "s.toml", b'[[known]]\nidentifier = "imei"\nvalue = "%s"\n' % IMEI.encode())
    subject.chmod(0o600)
    command = ["vitne.cli", "scan", str(path), "--keys", str(keys), "--subject", str(subject)]
    done = subprocess.run(
        [sys.executable, "-m", *command, "--case", str(case), "--json", "-q"], capture_output=True, check=True
    )
    told = json.loads(done.stdout)
    assert [one["identifier"] for one in told["findings"] if one["seed"] == "imei#1"] == ["imei"]
    whys = [gap["why"] for gap in told["gaps"] if gap["kind"] == "limit"]
    assert any("more header fields than are read" in why for why in whys)
    assert sum(one.stat().st_size for one in case.rglob("*")) < 4 << 20, (
        "what was asked for is not written out"
    )


def test_a_bomb_of_header_fields_takes_little_memory(tmp_path: Path) -> None:
    path, keys = bombed(tmp_path)
    code = (
        "import sys; from vitne.cli.main import main; main(sys.argv[1:]);"
        "print(*(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    command = [sys.executable, "-c", code, "scan", str(path), "--keys", str(keys), "-q", "-j", "1"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert int(done.stdout.split()[-1]) < 1 << 20, "kilobytes: a gibibyte at most"
