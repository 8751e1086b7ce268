"""QUIC conversations of real peers that go on at other addresses; the truth is what the server received."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.decrypt.peers import write_certificate
from tests.decrypt.quic_peers import Http3Peers, post, quic_frames
from tests.decrypt.sealing import hellos, key_log, sealed, stream_frame
from vitne.lab.pcap import pcap
from vitne.model import Seed, Subject
from vitne.pipeline import Options, run_scan
from vitne.pipeline.moved import _MOST_JOINED, Moved
from vitne.pipeline.replay import replay

if TYPE_CHECKING:
    from pathlib import Path

IMEI = "490154203237518"
SUBJECT = Subject(seeds=(Seed(identifier="imei", name="imei#1", value=IMEI),))
JSON = (b"content-type", b"application/json")
HOME, ELSEWHERE, FURTHER = ("192.0.2.10", 50000), ("192.0.2.77", 41000), ("203.0.113.9", 42000)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


def body(piece: int) -> bytes:
    return b'{"pad":"' + b"p" * piece + b'","imei":"%s","end":"' % IMEI.encode() + b"q" * piece + b'"}'


def moved(certificate: Path, folder: Path, *, ids: bool, back: bool = False) -> Http3Peers:
    """Let a client upload, and change its address in the midst; with ``ids`` it takes a new id as well."""
    peers = Http3Peers(certificate, folder / "keys.log")
    peers.connect()
    peers.carry()
    home = peers.near
    peers.ask(post(b"/first?imei=" + IMEI.encode()))
    peers.carry()
    peers.ask(post(b"/second", JSON), body(60_000))
    peers.carry(2)
    for place in (ELSEWHERE, FURTHER, *((home,) if back else ())):
        peers.near = place
        if ids:
            peers.client.change_connection_id()
        peers.carry(2)
        peers.client.request_key_update()
        peers.ask(post(b"/at?imei=" + IMEI.encode()))
        peers.carry(3)
    peers.carry(20)
    peers.close()
    assert len(set(peers.talk.near)) == 3
    return peers


def captured(peers: Http3Peers, path: Path, keep: Any = lambda at: True) -> Path:
    order = [one for at, one in enumerate(peers.talk.order) if keep(at)]
    near = [one for at, one in enumerate(peers.talk.near) if keep(at)]
    path.write_bytes(pcap(quic_frames(order, near=near)))
    return path


def scan(path: Path, *keys: Path, **more: Any) -> Any:
    return run_scan([path], Options(subject=SUBJECT, keys=keys, **{"jobs": 1, **more}))


def asked(peers: Http3Peers) -> int:
    """Count the requests and bodies that reached the server with the value."""
    texts = [str(what) for side, _, _, what in peers.received if side == 1]
    return sum(IMEI in text for text in texts)


@pytest.mark.parametrize("ids", [False, True], ids=["another router", "another network"])
@pytest.mark.parametrize("back", [False, True], ids=["away", "and back"])
def test_a_conversation_goes_on_at_other_addresses(
    certificate: Path, tmp_path: Path, *, ids: bool, back: bool
) -> None:
    peers = moved(certificate, tmp_path, ids=ids, back=back)
    assert asked(peers) == 4 + back
    path = captured(peers, tmp_path / "c.pcap")
    result = scan(path, peers.keylog)
    assert len(result.findings) == 4 + back
    assert {one.flow for one in result.findings} == {0}
    assert all(one.verified and one.protection == "decrypted" for one in result.findings)
    assert not result.opaque
    for one in result.findings:
        frames = [peers.talk.near[frame - 1] for frame in one.frames]
        assert all(peers.talk.order[frame - 1][0] == 0 for frame in one.frames)
        assert len(set(frames)) == 1, "each value stands in one packet here"
    assert len({peers.talk.near[one.frames[0] - 1] for one in result.findings}) == 3
    notes = [note for note in result.oddities if note.name == "quic-moved"]
    assert [note.note.partition("(")[2].partition(")")[0] for note in notes] == ["flow 1, 2"]


def test_each_finding_is_read_back_and_processes_agree(certificate: Path, tmp_path: Path) -> None:
    peers = moved(certificate, tmp_path, ids=True)
    path = captured(peers, tmp_path / "c.pcap")
    result = scan(path, peers.keylog)
    again = scan(path, peers.keylog, jobs=3)
    assert [one.id for one in again.findings] == [one.id for one in result.findings]
    for one in result.findings:
        assert replay([path], one, [], keys=[peers.keylog]).spelling == IMEI.encode()


def test_what_went_on_without_a_beginning_is_told_with_its_reason(certificate: Path, tmp_path: Path) -> None:
    peers = moved(certificate, tmp_path, ids=True)
    cut = peers.talk.near.index(ELSEWHERE)
    path = captured(peers, tmp_path / "c.pcap", keep=lambda at: at >= cut)
    result = scan(path, peers.keylog)
    assert not result.findings
    reasons = {row.reason for row in result.opaque}
    assert reasons <= {"unknown-format", "high-entropy"}, "nothing here says that it is QUIC"


def test_ids_without_length_name_nothing_and_it_is_said(tmp_path: Path) -> None:
    """Ends that use no ids cannot be told apart at new addresses (RFC 9000 section 5.1)."""
    text = b"\x01\x02 imei=" + IMEI.encode()
    told = [(0, sealed(number, stream_frame(4 * number, 0, text, fin=True), to=b"")) for number in range(4)]
    near = [HOME] * 4 + [ELSEWHERE] * 2
    path, keys = tmp_path / "c.pcap", tmp_path / "keys.log"
    path.write_bytes(pcap(quic_frames([*hellos(server=b""), *told], near=near)))
    keys.write_bytes(key_log())
    result = scan(path, keys)
    assert [one.flow for one in result.findings if one.identifier == "imei"] == [0, 0]
    lost = sum(len(datagram) for _, datagram in told[2:])
    assert [(row.reason, row.bytes) for row in result.opaque] == [("no-hello", lost)]


def test_what_only_looks_like_going_on_is_left_as_it_is(certificate: Path, tmp_path: Path) -> None:
    peers = moved(certificate, tmp_path, ids=False)
    first = peers.talk.near.index(ELSEWHERE)
    noise = [(0, one[:9] + bytes(len(one) - 9)) for _, one in peers.talk.order[first : first + 1]]
    path = tmp_path / "c.pcap"
    near = [HOME] * first + [FURTHER]
    path.write_bytes(pcap(quic_frames(peers.talk.order[:first] + noise, near=near)))
    result = scan(path, peers.keylog)
    assert not [note for note in result.oddities if note.name == "quic-moved"]
    assert "no-hello" in {row.reason for row in result.opaque}
    assert len(result.findings) == 1


def test_very_many_flows_that_begin_in_the_middle_cost_a_bounded_time(tmp_path: Path) -> None:
    text = b"\x01\x02 imei=" + IMEI.encode()
    told = [*hellos(), (0, sealed(0, stream_frame(0, 0, text, fin=True)))]
    strays = [(0, b"\x40" + number.to_bytes(4, "big") * 8) for number in range(5_000)]
    near = [HOME] * 3 + [(f"192.0.2.{2 + number % 250}", 1024 + number // 250) for number in range(5_000)]
    path, keys = tmp_path / "c.pcap", tmp_path / "keys.log"
    path.write_bytes(pcap(quic_frames(told + strays, near=near)))
    keys.write_bytes(key_log())
    begin = time.process_time()
    result = scan(path, keys)
    assert time.process_time() - begin < 20
    assert [one.flow for one in result.findings if one.identifier == "imei"] == [0]


def test_a_conversation_is_opened_again_for_so_many_flows_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    joined = Moved.__new__(Moved)
    joined._after = {3: [(number, False) for number in range(4, 4 + _MOST_JOINED)]}
    monkeypatch.setattr(Moved, "_opened", None)  # whoever opens it fails
    assert joined._opens(99, 3, turned=False) is False
    assert len(joined._after[3]) == _MOST_JOINED
