"""Twin of vitne.cli.redact: the bag, the secret and the mapping, and what is said of it."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from vitne.cli.main import main
from vitne.evidence import redacting
from vitne.model import StoreError


@pytest.fixture
def case(demonstration, tmp_path):
    return Path(shutil.copytree(demonstration / "case", tmp_path / "case"))


def test_the_bag_verifies_holds_no_value_and_the_mapping_stays_apart(case, demonstration, capsys) -> None:
    subject = str(demonstration / "subject.toml")
    assert main(["redact", str(case), "--subject", subject, "--shift-times"]) == 0
    out = capsys.readouterr().out
    assert "same findings but for the values" in out
    made = case.with_name("case.redacted")
    mapping = json.loads(case.with_name("case.redacted.mapping.json").read_text())
    assert stat.S_IMODE(case.with_name("case.redacted.mapping.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(case.with_name("case.redacted.secret").stat().st_mode) == 0o600
    for path in made.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [m for m in mapping if m["original"].encode() in data], path.name
            assert case.with_name("case.redacted.secret").read_bytes().strip() not in data
    entries = [json.loads(line) for line in (made / "data/case/ledger.jsonl").read_text().splitlines()]
    assert [entry["actor"] for entry in entries] == [{}, {}]
    assert json.loads((made / "data/case/run.json").read_text())["inputs"] == []
    assert main(["verify", str(made), "-q"]) == 0
    assert main(["redact", str(case), "--subject", subject]) == 2
    capsys.readouterr()


def test_a_secret_can_be_given_and_must_be_long(case, tmp_path, capsys) -> None:
    (tmp_path / "s").write_bytes(b"short")
    assert main(["redact", str(case), "--secret", str(tmp_path / "s")]) == 2
    assert main(["redact", str(case), "--secret", str(tmp_path / "none")]) == 2
    capsys.readouterr()


def test_what_would_leave_a_value_leaves_no_bag(case, monkeypatch, capsys) -> None:
    def refuse(*_arguments, **_options):
        raise StoreError("1 original value(s) would be left")

    monkeypatch.setattr(redacting, "redact", refuse)
    assert main(["redact", str(case)]) == 1
    assert not case.with_name("case.redacted").exists()
    capsys.readouterr()
