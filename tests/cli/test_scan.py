"""Twin of vitne.cli.scan: how a scan ends, and what of a run is written down."""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tests.decrypt.peers import Peers, frames_of, write_certificate

from vitne.cli import scan
from vitne.cli.main import DONE, FAILED, FOUND, STOPPED, build_parser, main
from vitne.lab.pcap import pcap

if TYPE_CHECKING:
    from pathlib import Path


def options(**changes: object) -> argparse.Namespace:
    plain: dict = {"fail_on": None, "fail_on_kind": [], "captures": ["a.pcap", "-"], "keys": ["k.log"]}
    plain |= {"device": None, "subject": None, "secrets": None, "apps": [], "quick": False}
    return argparse.Namespace(**{**plain, **changes})


def finding(grade: str, kind: str = "identifier") -> SimpleNamespace:
    return SimpleNamespace(grade=grade, kind=kind)


def result(*findings: SimpleNamespace, partial: bool = False, failed: bool = False) -> SimpleNamespace:
    return SimpleNamespace(findings=findings, partial=partial, failed=failed)


@pytest.mark.parametrize(
    ("grade", "asked", "code"),
    [
        ("observed", "derived", FOUND),
        ("derived", "derived", FOUND),
        ("declared", "derived", DONE),
        ("inferred", "inferred", FOUND),
        ("observed", None, DONE),
    ],
)
def test_a_grade_as_strong_as_asked_ends_with_found(grade: str, asked: str | None, code: int) -> None:
    assert scan.exit_code(result(finding(grade)), options(fail_on=asked)) == code


def test_attributes_count_only_when_asked() -> None:
    model = result(finding("observed", "attribute"))
    assert scan.exit_code(model, options(fail_on="inferred")) == DONE
    assert scan.exit_code(model, options(fail_on="inferred", fail_on_kind=["attribute"])) == FOUND


def test_stopped_goes_before_failed_and_failed_before_found() -> None:
    every = result(finding("observed"), partial=True, failed=True)
    assert scan.exit_code(every, options(fail_on="inferred")) == STOPPED
    every.partial = False
    assert scan.exit_code(every, options(fail_on="inferred")) == FAILED


def test_a_run_tells_who_when_where_and_with_what(monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", ["vitne", "scan", "a.pcap"])
    facts = scan.run_facts(options(), 5)
    assert facts["started_ns"] == 5
    assert facts["ended_ns"] > 5
    assert facts["command"] == ["vitne", "scan", "a.pcap"]
    assert facts["inputs"][0].endswith("/a.pcap")
    assert facts["inputs"][1] == "-"
    assert facts["keys"][0].endswith("/k.log")


def test_no_bar_is_drawn_where_nobody_looks(capsys) -> None:
    with scan._progress(shown=True) as progress:
        progress("reading", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_key_log_opens_a_capture_and_show_finds_it_again(tmp_path: Path, capsys) -> None:
    peers = Peers(write_certificate(tmp_path / "server.pem"), tmp_path / "keys.log")
    talk = peers.talk(
        peers.contexts("1.3"),
        [(0, b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 20\r\n\r\nimei=490154203237518")],
    )
    capture, case = tmp_path / "c.pcap", tmp_path / "case"
    capture.write_bytes(pcap(frames_of(talk)))
    assert main(["scan", str(capture), "--keys", str(peers.keylog), "--case", str(case), "-q"]) == DONE
    assert main(["show", str(case)]) == DONE
    number = re.search(r"F-[0-9a-f]{16}", (case / "findings.jsonl").read_text())
    assert number is not None
    capsys.readouterr()
    assert main(["show", str(case), number[0], "--reveal"]) == DONE
    shown = capsys.readouterr().out
    assert "490154203237518" in shown
    assert "tls" in shown
    assert main(["scan", str(capture), "--keys", str(capture), "-q"]) != DONE


def test_quick_search_is_an_option_of_the_command_and_told_in_the_case() -> None:
    parsed = build_parser().parse_args(["scan", "a.pcap", "--quick"])
    assert parsed.quick is True
    assert scan.run_facts(options(quick=True), 5)["quick"] is True
    assert build_parser().parse_args(["scan", "a.pcap"]).quick is False


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Python asks the system itself")
def test_the_system_is_told_without_running_a_program() -> None:
    code = (
        "import sys; from vitne.cli.scan import _system; said = _system();"
        " sys.modules['subprocess'] = None; print(said == _system(), said)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    same, _, said = run.stdout.strip().partition(" ")
    assert same == "True"
    assert said.startswith(f"Linux-{platform.release()}-{platform.machine()}")
