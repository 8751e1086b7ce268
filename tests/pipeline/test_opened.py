"""Closed flows from a capture and its keys to findings."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.decrypt.peers import NAME, START_NS, Peers, frames_of, write_certificate
from tests.pipeline.test_views import batch
from vitne.cli.main import main
from vitne.decrypt import OpenedSide
from vitne.decrypt.records import Record
from vitne.lab.pcap import block, padded, pcap, pcapng
from vitne.model import Seed, Subject, UsageError
from vitne.pipeline import Options, run_scan
from vitne.pipeline.opened import OpenedView
from vitne.pipeline.replay import replay
from vitne.pipeline.views import SideView
from vitne.store import read_case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.decrypt.peers import Talk

IMEI = "490154203237518"
SUBJECT = Subject(seeds=(Seed(identifier="imei", name="imei#1", value=IMEI),))
BODY = json.dumps({"padding": "p" * 3000, "imei": IMEI}).encode()
POST = (
    b"POST /register HTTP/1.1\r\nHost: collector.example\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % len(BODY)
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def peers(certificate: Path, tmp_path: Path) -> Peers:
    return Peers(certificate, tmp_path / "keys.log")


@pytest.fixture(params=["1.2", "1.3"])
def talk(peers: Peers, request: pytest.FixtureRequest) -> Talk:
    return peers.talk(peers.contexts(request.param), [(0, POST + BODY), (1, ANSWER)])


def scan(path: Path, keys: tuple[Any, ...] = (), **more: Any) -> Any:
    return run_scan([path], Options(subject=SUBJECT, keys=keys, jobs=1, **more))


def written(tmp_path: Path, data: bytes, name: str = "c.pcap") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def with_secrets(data: bytes, log: bytes) -> bytes:
    """Put a secrets block behind the section header of a pcapng file."""
    length = struct.unpack_from("<I", data, 4)[0]
    secrets = block(10, struct.pack("<II", 0x544C534B, len(log)) + padded(log))
    return data[:length] + secrets + data[length:]


def test_with_its_key_log_a_closed_flow_gives_findings_that_name_records_and_frames(
    talk: Talk, peers: Peers, tmp_path: Path
) -> None:
    frames = frames_of(talk)
    path = written(tmp_path, pcap(frames))
    result = scan(path, (peers.keylog,))
    (finding,) = [one for one in result.findings if one.identifier == "imei"]
    assert (finding.protection, finding.value, finding.protocol) == ("decrypted", IMEI, "http")
    assert (finding.destination.host, finding.delivery, finding.answer) == (
        "collector.example",
        "accepted",
        "HTTP 200",
    )
    first = finding.layers[0]
    assert (first["codec"], first["path"]) == ("tls", "application-data")
    start, end = first["range"]
    assert finding.stream_range == (start, end)
    assert talk.wire[0][start] == 23
    assert end - start == 5 + int.from_bytes(talk.wire[0][start + 3 : start + 5], "big"), "one record"
    assert finding.layers[1]["codec"] == "http"
    held = b"".join(frames[number - 1][1][54:] for number in finding.frames)
    assert bytes(talk.wire[0][start:end]) in held, "its frames hold the whole record"
    assert len(finding.frames) == 3, "and no others"


def test_what_was_inside_is_not_counted_as_unreadable_any_more(
    talk: Talk, peers: Peers, tmp_path: Path
) -> None:
    path = written(tmp_path, pcap(frames_of(talk)))
    assert [row.reason for row in scan(path).opaque] == ["tls"]
    result = scan(path, (peers.keylog,))
    assert result.opaque == []
    [row] = result.opened
    assert (row.destination.host, row.destination.port, row.flows) == (NAME, 443, 1)
    records = sum(len(side) for side in talk.wire)
    assert sum(map(len, talk.inside)) < row.bytes < records, "what the records held, without their headers"


def test_what_is_read_and_what_is_not_stands_beside_each_other(
    peers: Peers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [(0, b"POST /a HTTP/1.1\r\nHost: collector.example\r\nContent-Length: 0\r\n\r\n")]
    talks = [peers.talk(peers.contexts("1.3"), said) for _ in range(2)]
    log = tmp_path / "half.keys"
    lines = peers.keylog.read_text().splitlines(keepends=True)
    of_second = next(line.split()[1] for line in reversed(lines) if not line.startswith("#"))
    log.write_text("".join(line for line in lines if of_second not in line))
    frames = [frame for number, one in enumerate(talks) for frame in frames_of(one, port=40000 + number)]
    path = written(tmp_path, pcap(sorted(frames)))
    case = tmp_path / "case"
    assert main(["scan", str(path), "--keys", str(log), "--case", str(case)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert main(["scan", str(path), "--keys", str(log), "--json", "-q"]) == 0
    document = json.loads(capsys.readouterr().out)
    [read], [left] = document["opened"], document["opaque"]
    assert (read["destination"], read["flows"]) == (left["destination"], left["flows"])
    assert left["reason"] == "no-key"
    assert abs(read["bytes"] - left["bytes"]) < left["bytes"] / 4, "both said the same"
    assert "its key is not in the key log" in told
    assert "beside it opened with keys" in told
    page = (case / "report" / "index.html").read_text()
    assert "beside it opened with keys" in page
    assert [row.bytes for row in read_case(case).opened] == [read["bytes"]]


@pytest.mark.parametrize("kept", ["client", "without the server's hello", "from the middle on"])
def test_without_the_servers_hello_it_is_said_that_this_is_why(
    talk: Talk, peers: Peers, tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: str
) -> None:
    frames = frames_of(talk)
    of_server = [
        number for number, (_, frame) in enumerate(frames) if frame[26:30] == bytes([198, 51, 100, 20])
    ]
    hello = next(number for number in of_server if len(frames[number][1]) > 60)
    if kept == "client":
        frames = [frame for number, frame in enumerate(frames) if number not in of_server]
    else:
        frames = frames[hello + 8 :] if kept.startswith("from") else frames[:hello] + frames[hello + 1 :]
    path = written(tmp_path, pcap(frames))
    result = scan(path, (peers.keylog,))
    if talk.version == "TLSv1.3" and not kept.startswith("from"):  # suites are tried; TLS 1.2 needs a random
        assert {row.reason for row in result.opaque} <= {"missing-segment"}
        assert {one.protection for one in result.findings if one.identifier == "imei"} == {"decrypted"}
        return
    assert {row.reason for row in result.opaque} - {"missing-segment"} == {"no-hello"}
    assert main(["scan", str(path), "--keys", str(peers.keylog)]) == 0
    assert "the handshake that tells its keys is not in the capture" in " ".join(
        capsys.readouterr().out.split()
    )


def test_keys_inside_a_capture_do_as_well(talk: Talk, peers: Peers, tmp_path: Path) -> None:
    frames = frames_of(talk)
    inside = written(tmp_path, with_secrets(pcapng(frames), peers.keylog.read_bytes()), "c.pcapng")
    beside = written(tmp_path, pcapng(frames), "d.pcapng")
    told = [
        (one.identifier, one.value, one.frames, one.layers, one.stream_range) for one in scan(inside).findings
    ]
    assert told == [
        (one.identifier, one.value, one.frames, one.layers, one.stream_range)
        for one in scan(beside, (peers.keylog,)).findings
    ]
    assert IMEI in {value for _, value, *_ in told}


def test_without_the_right_key_the_reason_is_told_per_destination(
    talk: Talk, peers: Peers, tmp_path: Path
) -> None:
    path = written(tmp_path, pcap(frames_of(talk)))
    other = tmp_path / "other.log"
    other.write_text(f"CLIENT_RANDOM {'00' * 32} {'11' * 48}\n")
    wrong = tmp_path / "wrong.log"
    lines = [line.split() for line in peers.keylog.read_text().splitlines() if not line.startswith("#")]
    wrong.write_text(
        "".join(f"{label} {random} {'ab' * (len(secret) // 2)}\n" for label, random, secret in lines)
    )
    for keys, reason in ((other, "no-key"), (wrong, "wrong-key")):
        result = scan(path, (keys,))
        assert not [one for one in result.findings if one.identifier == "imei"]
        (row,) = result.opaque
        assert (row.reason, row.destination.host, row.flows) == (reason, "collector.example", 1)
        assert row.bytes > len(BODY)


def test_a_key_log_that_is_none_is_refused(talk: Talk, tmp_path: Path) -> None:
    path = written(tmp_path, pcap(frames_of(talk)))
    with pytest.raises(UsageError):
        scan(path, (tmp_path / "none.log",))


def test_several_processes_give_the_same_result(talk: Talk, peers: Peers, tmp_path: Path) -> None:
    frames = frames_of(talk)
    more = frames_of(peers.talk(peers.contexts("1.3"), [(0, POST + BODY), (1, ANSWER)]), port=40001)
    path = written(tmp_path, pcap([*frames, *more]))
    one = run_scan([path], Options(subject=SUBJECT, keys=(peers.keylog,), jobs=1))
    two = run_scan([path], Options(subject=SUBJECT, keys=(peers.keylog,), jobs=2))
    assert one.findings == two.findings
    assert one.opaque == two.opaque
    assert len(one.findings) == 2 * len([f for f in one.findings if f.flow == 0])


def test_a_finding_inside_is_read_back_from_the_evidence(talk: Talk, peers: Peers, tmp_path: Path) -> None:
    path = written(tmp_path, pcap(frames_of(talk)))
    (finding,) = [one for one in scan(path, (peers.keylog,)).findings if one.identifier == "imei"]
    read = replay([path], finding, [], keys=(peers.keylog,))
    assert read.spelling == IMEI.encode()
    assert [step.codec for step in read.steps] == [layer["codec"] for layer in finding.layers]
    assert read.steps[0].outer == bytes(talk.wire[0][slice(*finding.stream_range)])


def test_a_view_of_what_was_inside_leads_back_to_the_records() -> None:
    outer = SideView.of_batch(batch([(0, b"r" * 30, 4), (30, b"r" * 30, 5), (60, b"r" * 40, 9)]), 1)
    side = OpenedSide()
    for start, end, text in ((10, 40, b"hello "), (40, 60, b"wide "), (60, 100, b"world")):
        side.add((23, text, len(text)), Record(23, start, end, b"\x17\x03\x03\x00\x00", b""))
    side.finish()
    view = OpenedView(side, outer)
    assert (view.data, view.whole, len(view)) == (b"hello wide world", True, 16)
    assert view.rows.tolist() == [4, 5, 9]
    assert view.rows_of(0, 6) == [4, 5]
    assert view.rows_of(7, 12) == [5, 9]
    assert view.row_span(0, 16) == (4, 9)
    assert view.wire(12, 14) == (60, 100)
    assert [view.acknowledged(acked) for acked in (None, 0, 39, 40, 99, 100)] == [None, 0, 0, 6, 11, 16]
    assert np.array_equal(view.lengths, [6, 5, 5])


def test_http_2_and_a_websocket_inside_are_read(peers: Peers, tmp_path: Path) -> None:
    head = b"\x83\x87\x00\x05:path\x09/register\x00\x0a:authority\x11collector.example\x00\x0ccontent-type\x10application/json"
    body = b'{"a":"' + b"p" * 20_000 + b'","imei":"' + IMEI.encode() + b'"}'
    frames = [body[at : at + 9000] for at in range(0, len(body), 9000)]
    sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
    sent += len(head).to_bytes(3, "big") + b"\x01\x04\x00\x00\x00\x01" + head
    for number, one in enumerate(frames):
        sent += (
            len(one).to_bytes(3, "big") + bytes([0, number == len(frames) - 1]) + b"\x00\x00\x00\x01" + one
        )
    told = bytes.fromhex("000000040000000000") + bytes.fromhex("000001010500000001" + "89")  # 204
    asked = b"GET /live HTTP/1.1\r\nHost: live.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    agreed = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    masked = b"\x81" + bytes([0x80 | 15]) + bytes(4) + IMEI.encode()
    one = peers.talk(peers.contexts("1.3"), [(0, sent), (1, told)])
    two = peers.talk(peers.contexts("1.2"), [(0, asked), (1, agreed), (0, masked)])
    path = written(tmp_path, pcap([*frames_of(one), *frames_of(two, port=40001)]))
    found = [each for each in scan(path, (peers.keylog,)).findings if each.identifier == "imei"]
    first, second = found
    assert (first.protocol, first.destination.host, first.answer, first.protection) == (
        "http",
        "collector.example",
        "HTTP 204",
        "decrypted",
    )
    assert [layer["codec"] for layer in first.layers[:3]] == ["tls", "http", "json"]
    start, end = first.stream_range
    assert end - start < 17_000, "the records of the one frame that holds it"
    assert first.field == "imei"
    assert (second.protocol, second.destination.host, second.protection) == (
        "websocket",
        "live.example",
        "decrypted",
    )


def test_names_asked_for_over_tls_are_learned(peers: Peers, tmp_path: Path) -> None:
    name = b"\x05phone\x07example\x00"
    query = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", 1, 1)
    answer = struct.pack(">6H", 7, 0x8180, 1, 1, 0, 0) + name + struct.pack(">HH", 1, 1)
    answer += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([198, 51, 100, 20])
    sized = [struct.pack(">H", len(one)) + one for one in (query, answer)]
    talk = peers.talk(peers.contexts("1.3"), [(0, sized[0]), (1, sized[1])])
    result = scan(written(tmp_path, pcap(frames_of(talk))), (peers.keylog,))
    assert result.opaque == []
    assert {row.protocol for row in result.transmissions} == {"tls", "dns"}


def test_a_closed_flow_that_comes_twice_is_opened_twice(talk: Talk, peers: Peers, tmp_path: Path) -> None:
    frames = [*frames_of(talk), *frames_of(talk, port=40001, start_ns=START_NS + 10**10)]
    found = [
        one
        for one in scan(written(tmp_path, pcap(frames)), (peers.keylog,)).findings
        if one.identifier == "imei"
    ]
    assert [one.flow for one in found] == [0, 1]
    assert all(one.protection == "decrypted" for one in found)


def test_what_follows_starttls_is_opened_and_the_words_before_it_are_not_counted(
    peers: Peers, tmp_path: Path
) -> None:
    mail = (
        b"From: a@phone.example\r\nTo: b@collector.example\r\n\r\nmy imei is " + IMEI.encode() + b"\r\n.\r\n"
    )
    said = [
        (0, b"EHLO phone\r\n"),
        (1, b"250 hi\r\n"),
        (0, b"MAIL FROM:<a@phone.example>\r\n"),
        (1, b"250 ok\r\n"),
    ]
    said += [
        (0, b"RCPT TO:<b@collector.example>\r\n"),
        (1, b"250 ok\r\n"),
        (0, b"DATA\r\n"),
        (1, b"354 go\r\n"),
    ]
    talk = peers.talk(peers.contexts("1.3"), [*said, (0, mail), (1, b"250 ok\r\n"), (0, b"QUIT\r\n")])
    clear = [(1, b"220 mx.example ESMTP\r\n"), (0, b"EHLO phone\r\n"), (1, b"250-mx\r\n250 STARTTLS\r\n")]
    talk.order[:0] = [*clear, (0, b"STARTTLS\r\n"), (1, b"220 ready\r\n")]
    path = written(tmp_path, pcap(frames_of(talk)))
    result = scan(path, (peers.keylog,))
    assert [row.reason for row in result.opaque] == []
    (finding,) = [one for one in result.findings if one.identifier == "imei" and one.seed]
    assert (finding.protocol, finding.protection) == ("smtp", "decrypted")


def test_alerts_and_what_cannot_be_opened_stay_told(peers: Peers, tmp_path: Path) -> None:
    talk = peers.talk(peers.contexts("1.3"), [(0, POST + BODY), (1, ANSWER)])
    lines = [line for line in peers.keylog.read_text().splitlines() if "SERVER_TRAFFIC" not in line]
    half = tmp_path / "half.log"
    half.write_text("\n".join(lines))
    (row,) = scan(written(tmp_path, pcap(frames_of(talk))), (half,)).opaque
    assert (row.reason, row.bytes > len(ANSWER)) == ("no-key", True)
