from __future__ import annotations

import shutil
import subprocess

import pytest
from bench.leakbench.capture import Staged
from bench.leakbench.cases import Case, Means, Recipe, build

from bench.leakbench import closed, doors, exports, over_quic

WEB = ("body", "chunked", "query", "multipart")


@pytest.fixture
def staged(person, chance, words):
    made = []
    for carrier in (*WEB, "websocket", "mqtt", "udp"):
        recipe = Recipe("gzip", "compression", "imei", "", "json", ("gzip",), carrier)
        cargo, load = build(recipe, person, Means(chance, words))
        made.append(Staged(Case("F", recipe, "imei#1", size=len(cargo.data)), load))
    return made


def _tshark(path, *fields, filtered):
    """Let tshark open a capture with the keys beside it or inside."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not here")
    command = ["tshark", "-r", str(path), "-Y", filtered, "-T", "fields", "-E", "aggregator=;"]
    log = closed.keys_beside(path)
    command += ["-o", f"tls.keylog_file:{log}"] if log else []
    for field in fields:
        command += ["-e", field]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in said.splitlines()]


def _asked(each):
    """Give method and target of a request as it was planned."""
    (method, target, _), _, _ = exports.message_of(exports.stream_of(each, 0))
    return [method.decode(), target.decode()]


@pytest.mark.parametrize("suffix", [".pcap", ".pcapng"])
def test_closed_conversations_hold_what_was_planned_and_open_with_their_keys(
    staged, chance, tmp_path, suffix
):
    path = tmp_path / f"cases{suffix}"
    kept = closed.write(path, staged, chance)
    assert kept == staged
    assert b"POST" not in path.read_bytes()
    assert (closed.keys_beside(path) is None) == (suffix == ".pcapng")
    rows = _tshark(path, "tcp.srcport", "http.request.method", "http.request.uri", filtered="http.request")
    asked = {str(each.case.port): _asked(each) for each in staged if exports.is_web(each)}
    assert {row[0]: row[1:] for row in rows} == asked
    assert len(asked) == len(WEB) + 1
    for each in staged:
        assert set(each.case.frames) <= set(each.case.body_frames)
        assert each.case.frames
        assert each.case.shortest > 0


def test_the_frames_of_a_closed_value_are_those_of_the_record_that_holds_it(staged, chance, tmp_path):
    path = tmp_path / "cases.pcap"
    closed.write(path, staged, chance)
    rows = _tshark(path, "frame.number", "tcp.srcport", "http.request.method", filtered="http.request")
    last = {row[1]: int(row[0]) for row in rows}
    for each in staged[:1]:
        assert each.case.body_frames[-1] == last[str(each.case.port)]


def test_requests_of_the_web_are_written_as_http2(staged, chance, tmp_path):
    path = tmp_path / "cases.pcap"
    kept = closed.write(path, staged, chance, inside="h2")
    assert [each.case.recipe.carrier for each in kept] == list(WEB)
    fields = ("tcp.srcport", "http2.headers.method", "http2.headers.path")
    rows = _tshark(path, *fields, filtered="http2.headers.method")
    assert {row[0]: row[1:] for row in rows} == {str(each.case.port): _asked(each) for each in kept}


def test_requests_of_the_web_are_written_as_http3(staged, chance, tmp_path):
    pytest.importorskip("aioquic", reason="aioquic is not here: no peers that speak HTTP/3")
    path = tmp_path / "cases.pcap"
    kept = over_quic.write(path, staged, chance)
    assert [each.case.recipe.carrier for each in kept] == list(WEB)
    rows = _tshark(
        path, "udp.srcport", "http3.frame_type", filtered="http3.frame_type == 0 && udp.dstport == 443"
    )
    assert {row[0] for row in rows} >= {
        str(each.case.port) for each in kept if each.case.recipe.carrier != "query"
    }
    assert all(each.case.body_frames for each in kept)


def test_the_table_of_doors_counts_what_each_can_hold(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{doors.BEGIN}\nold\n{doors.END}\nafter\n")
    given = ["--seed", "4", "--doors", "tls,har", "--cases", "2", "--depths", "1"]
    options = [*given, "--tracks", "R", "--page", str(page)]
    assert doors.main(options) == 0
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [row[0] for row in rows[1:]] == ["| pcap and key log: TLS", "| HAR"]
    assert "\nold\n" not in page.read_text()
    assert page.read_text().endswith("after\n")
