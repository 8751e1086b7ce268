"""Twin of vitne.cli.custody: ledger of a case, cases inside bags, age files."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from vitne.cli import custody
from vitne.cli.main import main
from vitne.evidence import ledger
from vitne.model import StoreError, UsageError


def test_a_scan_is_written_into_the_ledger_without_any_value(demonstration) -> None:
    entries, broken = ledger.read(demonstration / "case" / "ledger.jsonl")
    assert broken is None
    first = entries[0]
    assert first["action"] == "scan"
    assert first["detail"]["options"] == {"device": False, "keys": 0, "subject": True}
    assert len(first["objects"][0]["sha256"]) == 64
    assert set(first["tool"]) >= {"vitne", "libraries", "data"}


def test_a_second_scan_into_the_same_case_goes_on_with_the_ledger(demonstration, tmp_path) -> None:
    capture = str(demonstration / "phone-hour.pcapng")
    for _ in range(2):
        assert main(["scan", capture, "--case", str(tmp_path / "case"), "--quiet"]) == 0
    entries, broken = ledger.read(tmp_path / "case" / "ledger.jsonl")
    assert broken is None
    assert [entry["seq"] for entry in entries] == [1, 2]


def test_a_bag_is_told_from_a_case_and_its_case_is_read(bag, demonstration) -> None:
    assert custody.is_bag(bag)
    assert not custody.is_bag(demonstration / "case")
    assert custody.open_case(str(bag)).findings == custody.open_case(str(demonstration / "case")).findings


def test_the_captures_of_a_bag_are_found_in_it_wherever_it_lies(bag, tmp_path) -> None:
    copy = Path(shutil.copytree(bag, tmp_path / "elsewhere"))
    run = copy / "data/case/run.json"
    run.write_text(json.dumps({**json.loads(run.read_text()), "inputs": []}))
    case = custody.open_case(str(copy))
    assert custody.originals(str(copy), case, []) == [str(copy / "data/original/1/phone-hour.pcapng")]
    assert custody.key_logs(str(copy), case, []) == []
    assert custody.key_logs(str(copy), case, ["given"]) == ["given"]


def test_the_time_is_utc() -> None:
    assert custody.now().endswith("Z")


def test_age_files_open_with_their_key_alone(tmp_path) -> None:
    age = pytest.importorskip("pyrage")
    own, other = age.x25519.Identity.generate(), age.x25519.Identity.generate()
    (tmp_path / "own").write_text(f"# a comment\n{own}\n")
    (tmp_path / "other").write_text(f"{other}\n")
    data = custody.locked(b"secret", [str(own.to_public())])
    assert b"secret" not in data
    assert custody.unlocked(data, str(tmp_path / "own")) == b"secret"
    with pytest.raises(StoreError):
        custody.unlocked(data, str(tmp_path / "other"))
    with pytest.raises(StoreError):
        custody.unlocked(data[:-1] + b"\x00", str(tmp_path / "own"))
    with pytest.raises(UsageError):
        custody.unlocked(data, str(tmp_path / "none"))
    with pytest.raises(UsageError):
        custody.locked(b"x", ["age1nonsense"])


def test_a_passphrase_locks_and_unlocks() -> None:
    pytest.importorskip("pyrage")
    data = custody.locked(b"secret", [], passphrase="correct horse")
    assert custody.unlocked(data, "", passphrase="correct horse") == b"secret"
    with pytest.raises(StoreError):
        custody.unlocked(data, "", passphrase="wrong")


def test_without_the_package_the_command_says_so(monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(UsageError, match="pyrage"):
        custody.locked(b"x", ["age1"])


def test_what_goes_out_is_written_down_in_a_case_and_never_in_a_bag(demonstration, bag, tmp_path) -> None:
    copy = shutil.copytree(demonstration / "case", tmp_path / "case")
    custody.note(str(copy), "export", {"format": "stix"})
    entries, broken = ledger.read(tmp_path / "case" / "ledger.jsonl")
    assert broken is None
    assert entries[-1]["action"] == "export"
    before = (bag / "data/case/ledger.jsonl").read_bytes()
    custody.note(str(bag), "export", {"format": "stix"})
    assert (bag / "data/case/ledger.jsonl").read_bytes() == before


def test_the_ledger_names_the_command_the_rules_and_the_tables(tmp_path, monkeypatch) -> None:
    given = ["scan", "a\udcff.pcap", "--case", "c", "--device", "00:00:5e:00:53:01", "--device=x"]
    monkeypatch.setattr(sys, "argv", ["/somewhere/vitne", *given])
    custody.record(tmp_path, "scan", detail={"n": 1})
    custody.record(tmp_path, "redact", detail={}, named=False)
    first, second = (json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines())
    assert first["detail"]["command"] == [
        "vitne",
        "scan",
        "a\\xff.pcap",
        "--case",
        "c",
        "--device",
        "…",
        "--device=…",
    ]
    assert first["actor"]["user"]
    assert any(name.startswith("asn-country@") for name in first["tool"]["tables"])
    assert {"vitne", "data", "libraries"} <= set(first["tool"])
    assert (second["actor"], "command" in second["detail"]) == ({}, False)
