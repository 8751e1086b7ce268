"""Twin of vitne.evidence.reframing: frames come in the captures' order, and no second copy of a datagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne.evidence.redacting import redact
from vitne.evidence.reframing import Reframer
from vitne.evidence.rewritten import WAYS, Rewritten
from vitne.identify.subject import read_subject
from vitne.pipeline import Options, run_scan
from vitne.pipeline.traffic import open_traffic

if TYPE_CHECKING:
    from pathlib import Path


def _same(each: bytes) -> bytes:
    return each


def _text(each: str) -> str:
    return each


def test_frames_of_flows_that_stay_come_out_and_those_of_others_do_not(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(b'{"imei": "%s"}' % IMEI.encode()))
    talk.ask(post(b"nothing", host="quiet.example"))
    path = str(talk.write(tmp_path / "a.pcap"))
    result = run_scan([path], Options())
    _, traffics, _ = open_traffic([path], stdin=None, progress=lambda *_: None)
    flow = traffics[0].flow(0)
    ends = ((flow.client_ip, flow.client_port), (flow.server_ip, flow.server_port))
    flows = {0: Rewritten(way=WAYS[0], keys={(6, *ends): 0, (6, *ends[::-1]): 1})}
    reframer = Reframer(traffics, result)
    rows = reframer.frames(flows, hardware=_same, address=_text)
    assert {number for number, _ in rows} == {0}
    assert 0 < len(rows) < reframer.packets
    assert [frame.time_ns for _, frame in rows] == sorted(frame.time_ns for _, frame in rows)
    flows[0].known = set()
    assert reframer.frames(flows, hardware=_same, address=_text) == []


def test_frames_are_counted_once_however_often_they_are_written(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(b'{"imei": "%s"}' % IMEI.encode()))
    known = read_subject(str(subject(tmp_path)))[0]
    made = redact([str(talk.write(tmp_path / "a.pcap"))], known, secret=b"0123456789abcdef0123")
    assert made.counts["packets_left_out"] == 0
