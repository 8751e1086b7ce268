"""Findings name their app, or say that nothing tells: the whole way from each sort of telling."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import pytest

from tests.apps import samples
from tests.pipeline.har import entry, har
from tests.pipeline.talk import IMEI, PHONE, SERVER_HOST, Talk, post, subject
from vitne.identify.subject import read_subject
from vitne.lab.pcap import About, block, options, padded, pcap, pcapng
from vitne.model import App, UsageError
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path

BODY = b'{"imei":"%s"}' % IMEI.encode()
PACKAGE = "com.example.weather"


def apps_of(folder: Path, capture: bytes, *lists: bytes, name: str = "a.cap") -> list[App]:
    path = folder / name
    path.write_bytes(capture)
    files = []
    for number, data in enumerate(lists):
        files.append(folder / f"list{number}")
        files[-1].write_bytes(data)
    known, _ = read_subject(str(subject(folder)))
    result = run_scan([path], Options(subject=known, apps=tuple(files), jobs=1))
    return [finding.app for finding in result.findings if finding.identifier == "imei"]


def frames(**more: Any) -> list[tuple[int, bytes]]:
    talk = Talk()
    talk.ask(post(BODY), **more)
    return talk.frames()


def trailed(frame: bytes, uid: int, name: bytes) -> bytes:
    frame += bytes(-len(frame) % 4)
    return frame + struct.pack(">Ii20s", 0x01072021, uid, name) + bytes(4)


def test_nothing_tells_is_said(tmp_path):
    assert apps_of(tmp_path, pcap(frames())) == [App()]
    assert App().source == "unknown"


def test_trailers_name_the_app_and_a_package_list_its_package(tmp_path):
    capture = pcap([(when, trailed(frame, 10123, b"Weather")) for when, frame in frames()])
    assert apps_of(tmp_path, capture) == [App(uid=10123, name="Weather", source="pcapdroid-trailer")]
    assert apps_of(tmp_path, capture, samples.SHELL) == [
        App(package=PACKAGE, uid=10123, name="Weather", source="pcapdroid-trailer")
    ]


def test_trailers_that_do_not_agree_name_nobody(tmp_path):
    many = frames(cuts=tuple(range(0, 200, 7)))
    capture = pcap([(when, trailed(frame, 10123 + at % 2, b"")) for at, (when, frame) in enumerate(many)])
    assert {app.source for app in apps_of(tmp_path, capture)} == {"several"}


def test_comments_and_the_map_of_users_name_package_and_app(tmp_path):
    told = frames()
    capture = pcapng(told, About(), comments=dict.fromkeys(range(1, len(told) + 1), "u-10123"))
    entry_of = struct.pack("<IBBiBB", 62_652, 1, 1, 10123, len(PACKAGE), 7) + PACKAGE.encode() + b"Weather"
    mapped = block(0xBAD, entry_of + bytes(-len(entry_of) % 4))
    expected = App(package=PACKAGE, uid=10123, name="Weather", source="pcapdroid-comment")
    assert apps_of(tmp_path, capture + mapped) == [expected]


def test_comments_of_a_capture_on_ios_name_the_process(tmp_path):
    told = frames()
    text = "PID: 7, ProcName: nsurlsessiond, EPID: 9, EProcName: Weather, SVC: 0"
    capture = pcapng(told, About(), comments=dict.fromkeys(range(1, len(told) + 1), text))
    assert apps_of(tmp_path, capture) == [App(name="Weather", pid=9, source="process-comment")]


def apple(
    told: list[tuple[int, bytes]], order: str, *, names: tuple[str, ...], points: dict[int, int]
) -> bytes:
    """Write a section as Darwin's libpcap does: blocks of processes, and packets that point to them."""
    whole = pcapng([], About(), order=order)
    for number, name in enumerate(names):
        whole += block(
            0x80000001, struct.pack(order + "I", 500 + number) + options([(2, name)], order), order
        )
    for when, frame in told:
        head = struct.pack(
            order + "IIIII", 0, when // 1000 >> 32, when // 1000 & 0xFFFFFFFF, *2 * [len(frame)]
        )
        values = [(2, struct.pack(order + "I", 2))]
        values += [(code, struct.pack(order + "I", at)) for code, at in points.items()]
        whole += block(6, head + padded(frame) + options(values, order), order)
    return whole


@pytest.mark.parametrize("order", ["<", ">"])
def test_blocks_of_processes_name_the_one_that_a_packet_points_to(tmp_path, order):
    names = ("nsurlsessiond", "Weather")
    capture = apple(frames(), order, names=names, points={0x8001: 0, 0x8002: 7, 0x8003: 1})
    expected = App(name="Weather", pid=501, source="process-block")
    assert apps_of(tmp_path, capture) == [expected], "on whose behalf it was comes first"
    before = apple([], order, names=("other", "another"), points={})
    assert apps_of(tmp_path, before + capture) == [expected], "numbers count in the section"
    alone = apple(frames(), order, names=names, points={0x8001: 0})
    assert apps_of(tmp_path, alone) == [App(name="nsurlsessiond", pid=500, source="process-block")]


def test_a_packet_that_points_to_no_block_is_of_nobody_known(tmp_path):
    for points in ({0x8001: 9}, {0x8002: 0}, {}):
        assert apps_of(tmp_path, apple(frames(), "<", names=("mail",), points=points)) == [App()]
    unnamed = apple(frames(), "<", names=("",), points={0x8001: 0})
    assert apps_of(tmp_path, unnamed) == [App()]


def test_headers_of_a_capture_on_ios_name_the_process_and_the_packets_behind_them_are_read(tmp_path):
    head = struct.pack("<III24sIIII", 156, 1, 1, b"en0", 0, 2, 14, 0) + struct.pack("<i17s", 7, b"Weather")
    capture = pcap([(when, head.ljust(156, b"\0") + frame) for when, frame in frames()], link_type=258)
    assert apps_of(tmp_path, capture) == [App(name="Weather", pid=7, source="pktap")]


def test_a_table_of_sockets_names_the_user_of_a_connection(tmp_path):
    capture = pcap(frames(source=40001))
    assert apps_of(tmp_path, capture, samples.TCP, samples.FILE) == [
        App(package=PACKAGE, uid=10123, source="proc-net")
    ]
    assert apps_of(tmp_path, pcap(frames(source=40009)), samples.TCP) == [App()]


def test_the_only_app_that_sent_anything_then_is_named(tmp_path):
    assert apps_of(tmp_path, pcap(frames()), samples.NETSTATS, samples.DUMP) == [
        App(package=PACKAGE, uid=10123, source="netstats")
    ]


def test_a_log_of_calls_on_sockets_is_found_beside_the_capture(tmp_path):
    folder = tmp_path / "experiment"
    folder.mkdir()
    (folder / "traffic.pcap").write_bytes(pcap(frames(source=40001)))
    trace = samples.TRACE.replace(b'"dest_port": 443', b'"dest_port": 80')
    (folder / "socket_trace.json").write_bytes(trace)
    from vitne.cli.main import main
    from vitne.pipeline.inputs import app_lists

    assert app_lists([folder]) == [str(folder / "socket_trace.json")]
    out = tmp_path / "case"
    assert main(["scan", str(folder), "--subject", str(subject(tmp_path)), "--case", str(out), "-q"]) == 0
    rows = [json.loads(line) for line in (out / "findings.jsonl").read_text().splitlines()]
    (found,) = [row["app"] for row in rows if row["identifier"] == "imei"]
    assert found == {
        "package": PACKAGE, "uid": None, "name": f"{PACKAGE}:push", "pid": None, "source": "socket-trace",
    }  # fmt: skip


def test_an_export_that_was_limited_to_one_app_is_of_that_app(tmp_path):
    told = {"_tweasel": {"apps": [{"id": PACKAGE, "name": "Weather", "platform": "android"}]}}
    capture = har(entry(body=BODY.decode()), **told)
    assert apps_of(tmp_path, capture) == [App(package=PACKAGE, name="Weather", source="export")]


def test_a_text_in_an_entry_cannot_pass_for_what_the_tools_say(tmp_path):
    lie = '{"_tweasel": {"apps": [{"id": "com.example.other"}]}}'
    capture = har(entry(body=json.dumps({"imei": IMEI, "a": lie})))
    assert apps_of(tmp_path, capture) == [App()]


def test_an_entry_names_the_process_that_called_on_the_socket(tmp_path):
    made = entry(body=BODY.decode())
    made["request"]["_stacktrace"] = {"process": PACKAGE, "pid": 7, "stack": []}
    assert apps_of(tmp_path, har(made)) == [App(package=PACKAGE, source="export")]


def test_a_list_that_names_no_apps_is_refused(tmp_path):
    with pytest.raises(UsageError, match="names no apps"):
        apps_of(tmp_path, pcap(frames()), b"a shopping list")


def test_the_ends_of_the_samples_are_those_of_the_conversation():
    assert (PHONE.ip, SERVER_HOST.ip) == ("192.168.1.20", "198.51.100.20")


def test_the_command_takes_lists_and_every_rendering_names_the_app(tmp_path, capsys):
    from pyarrow import parquet

    from vitne.cli.main import main

    capture, sockets, packages = tmp_path / "a.pcap", tmp_path / "sockets.txt", tmp_path / "packages.txt"
    capture.write_bytes(pcap(frames(source=40001)))
    sockets.write_bytes(samples.TCP)
    packages.write_bytes(samples.SHELL)
    known = ["--subject", str(subject(tmp_path)), "--apps", str(sockets), "--apps", str(packages)]
    assert main(["scan", str(capture), *known, "--json"]) == 0
    (found,) = [row for row in json.loads(capsys.readouterr().out)["findings"] if row["identifier"] == "imei"]
    told = {"package": PACKAGE, "uid": 10123, "name": "", "pid": None, "source": "proc-net"}
    assert found["app"] == told
    case = tmp_path / "case"
    assert main(["scan", str(capture), *known, "--case", str(case)]) == 0
    assert f"app: {PACKAGE}; uid 10123, by the phone's table of sockets" in " ".join(
        capsys.readouterr().out.split()
    )
    page = (case / "report" / "index.html").read_text()
    assert f"App: {PACKAGE}; uid 10123, by the phone" in page
    rows = parquet.read_table(case / "findings.parquet", columns=["identifier", "app"]).to_pylist()
    assert [row["app"] for row in rows if row["identifier"] == "imei"] == [told]
    assert json.loads((case / "run.json").read_text())["apps"] == [str(sockets), str(packages)]


def test_without_anything_that_tells_the_terminal_says_unknown(tmp_path, capsys):
    from vitne.cli.main import main

    capture = tmp_path / "a.pcap"
    capture.write_bytes(pcap(frames()))
    assert main(["scan", str(capture), "--subject", str(subject(tmp_path))]) == 0
    assert "app: unknown (nothing tells)" in capsys.readouterr().out
