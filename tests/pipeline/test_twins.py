from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

import vitne
from tests.decrypt.peers import START_NS, Peers, frames_of, write_certificate
from tests.pipeline.har import entry, har
from tests.pipeline.talk import IMEI, OK, START, Talk, get, post
from vitne.lab.pcap import pcap
from vitne.model import Capture
from vitne.pipeline.twins import NEAR_NS, Request, Twins

BODY = json.dumps({"imei": IMEI})


def _capture(number: int, unit: str) -> Capture:
    return Capture(
        number=number, name=f"{number}.{unit}", path="", size=1, sha256=str(number), format="", unit=unit
    )


def _twins(*rows: tuple[bytes, int, int, int]) -> tuple[frozenset[int], Any]:
    twins = Twins([_capture(0, "packet"), _capture(1, "entry"), _capture(2, "entry")])
    twins.requests = [
        Request(digest=digest, time_ns=time_ns, capture=capture, flow=flow)
        for digest, time_ns, capture, flow in rows
    ]
    return twins.doubles()


def test_a_request_of_an_export_that_a_capture_holds_counts_once() -> None:
    flows, notes = _twins((b"a", 0, 0, 1), (b"a", NEAR_NS, 1, 5), (b"b", 0, 1, 6))
    assert flows == {5}
    assert [(note.name, note.capture, note.count) for note in notes] == [("same-transmission-twice", 1, 1)]
    assert notes[0].note.startswith("1.entry and 0.packet hold the same requests")


def test_each_request_is_matched_once_so_that_repeats_are_counted() -> None:
    flows, _ = _twins((b"a", 0, 0, 1), (b"a", 5, 1, 5), (b"a", 6, 1, 6))
    assert flows == {5}


def test_requests_far_apart_in_time_are_two() -> None:
    assert _twins((b"a", 0, 0, 1), (b"a", NEAR_NS + 1, 1, 5))[0] == frozenset()


def test_requests_of_one_input_are_never_the_same() -> None:
    assert _twins((b"a", 0, 1, 1), (b"a", 0, 1, 2))[0] == frozenset()


def test_of_three_inputs_one_stays() -> None:
    flows, notes = _twins((b"a", 0, 0, 1), (b"a", 0, 1, 2), (b"a", 0, 2, 3))
    assert flows == {2, 3}
    assert len(notes) == 2


def test_a_flow_of_which_only_some_messages_are_matched_stays() -> None:
    assert _twins((b"a", 0, 0, 1), (b"a", 0, 1, 5), (b"b", 0, 1, 5))[0] == frozenset()
    assert _twins((b"a", 0, 0, 1), (b"b", 0, 0, 1), (b"a", 0, 1, 5), (b"b", 0, 1, 5))[0] == {5}


def test_very_many_alike_take_time_in_proportion() -> None:
    begin = time.process_time()
    flows, _ = _twins(*[(b"a", n, n % 2, n) for n in range(100_000)])
    assert len(flows) == 50_000
    assert time.process_time() - begin < 10


FLOWS = Path(__file__).parents[1] / "exports" / "formats" / "data"


def test_two_exports_of_one_run_count_each_transmission_once() -> None:
    one = vitne.scan(FLOWS / "flows.mitm", reveal=True)
    both = vitne.scan([FLOWS / "flows.har", FLOWS / "flows.mitm"], reveal=True)
    assert len(both.findings) == len(one.findings)
    assert [(note.name, note.count) for note in both.oddities] == [("same-transmission-twice", 5)]


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    talk = Talk()
    talk.tcp([(0, post(BODY.encode())), (1, OK)])
    talk.tcp([(0, get("/?imei=" + IMEI)), (1, OK)])
    pcap = talk.write(tmp_path / "phone.pcap")
    export = tmp_path / "proxy.har"
    export.write_bytes(
        har(
            entry(body=BODY, at=START + 1_000_000_000),
            entry("http://collect.example/?imei=" + IMEI, at=START + 2_000_000_000),
            entry("http://other.example/?imei=" + IMEI, at=START + 3_000_000_000),
        )
    )
    return pcap, export


def test_a_capture_and_the_export_beside_it_give_each_transmission_once(both: tuple[Path, Path]) -> None:
    pcap, export = both
    alone = vitne.scan(pcap, reveal=True)
    result = vitne.scan([pcap, export], reveal=True)
    found = [(one.destination.host, one.capture["name"], one.message_frames[0]) for one in result.findings]
    assert [row[:2] for row in found] == [
        ("collect.example", "phone.pcap"),
        ("collect.example", "phone.pcap"),
        ("other.example", "proxy.har"),
    ]
    assert found[2][2] == 2
    assert [one.id for one in alone.findings] == [one.id for one in result.findings[:2]]
    assert [one.name for one in result.oddities].count("same-transmission-twice") == 1
    assert len(result.transmissions) == 3


def test_the_order_of_inputs_and_their_repeats_make_no_difference(both: tuple[Path, Path]) -> None:
    pcap, export = both
    first = vitne.scan([pcap, export], reveal=True)
    other = vitne.scan([export, pcap, export], reveal=True)
    assert first.findings == other.findings
    assert list(first.transmissions) == list(other.transmissions)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_folder_of_a_closed_capture_its_keys_and_its_export_gives_each_transmission_once(
    tmp_path: Path, version: str
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    peers = Peers(write_certificate(tmp_path / "server.pem"), folder / "keys.txt")
    talk = peers.talk(peers.contexts(version), [(0, post(BODY.encode())), (1, OK)])
    (folder / "phone.pcap").write_bytes(pcap(frames_of(talk)))
    (folder / "proxy.har").write_bytes(
        har(entry("https://collect.example/", body=BODY, at=START_NS, serverIPAddress=""))
    )
    result = vitne.scan(folder, reveal=True)
    [one] = [each for each in result.findings if each.identifier == "imei"]
    assert (one.capture["name"], one.protection, one.delivery) == ("phone.pcap", "decrypted", "accepted")
    assert [note.name for note in result.oddities] == ["same-transmission-twice"]
    [row] = [each for each in result.transmissions if each.protocol == "http"]
    assert row.host == "collect.example"
