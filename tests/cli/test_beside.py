"""Twin of vitne.cli.beside: what stands beside findings in case and bag, and values only where asked."""

from __future__ import annotations

import json
import shutil
import tomllib

import pytest

from vitne.cli import custody
from vitne.cli.beside import beside, held, sealed_beside
from vitne.cli.main import main
from vitne.model import StoreError


@pytest.fixture
def case(demonstration, tmp_path):
    return shutil.copytree(demonstration / "case", tmp_path / "case")


def log_of(case, folder):
    """Write an unlock half a second before each registration."""
    rows = [json.loads(line) for line in (case / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    far = {row["time_ns"] for row in rows if row["destination"]["host"].startswith("registration")}
    marks = [{"time": t / 1e9 - 0.5, "kind": "unlock", "clock": "capture"} for t in sorted(far)]
    place = folder / "marks.jsonl"
    place.write_text("".join(json.dumps(mark) + "\n" for mark in marks), encoding="utf-8")
    return place


def test_the_bag_tells_what_was_sealed_and_the_case_what_is_looked_up(demonstration, bag) -> None:
    own = beside(str(demonstration / "case"), custody.open_case(str(demonstration / "case")), captures=[])
    sealed = beside(str(bag), custody.open_case(str(bag)), captures=[])
    assert sealed == sealed_beside(bag)
    assert own.destinations is not None
    assert json.loads(json.dumps(own.destinations, default=str))["tables"] == sealed.destinations["tables"]
    assert own.occasions is None


def test_what_triggers_found_stands_in_the_report_afterwards(case, demonstration, tmp_path, capsys) -> None:
    capture = str(demonstration / "phone-hour.pcapng")
    log = log_of(case, tmp_path)
    assert main(["triggers", str(case), "--events", str(log), "--capture", capture]) == 0
    out = tmp_path / "r.md"
    assert main(["report", str(case), "--format", "md", "-o", str(out), "--capture", capture]) == 0
    assert "Unlocked: after 8 of 8 times" in out.read_text(encoding="utf-8")
    capsys.readouterr()


def test_ledger_and_seal_are_told(demonstration, bag) -> None:
    assert set(held(str(demonstration / "case"))) == {"entries", "head"}
    sealed = held(str(bag))
    assert len(sealed["manifest"]) == 64
    assert sealed["key"]
    assert sealed["timestamps"] == 0


def test_a_bag_without_its_document_is_told(bag, tmp_path) -> None:
    copy = shutil.copytree(bag, tmp_path / "bag")
    (copy / "data" / "findings.json").write_bytes(b"{")
    with pytest.raises(StoreError):
        sealed_beside(copy)


def test_values_stand_in_a_report_only_where_asked_and_are_noted(
    case, demonstration, tmp_path, capsys
) -> None:
    known = tomllib.loads((demonstration / "subject.toml").read_text(encoding="utf-8"))["known"]
    imei = next(each["value"] for each in known if each["identifier"] == "imei")
    capture = ["--capture", str(demonstration / "phone-hour.pcapng")]
    asked = ["report", str(case), "--for", "lab", "--format", "md", "-o", str(tmp_path / "r.md"), *capture]
    assert main([*asked, "--reveal"]) == 2
    assert "--subject" in capsys.readouterr().err
    assert main([*asked, "--reveal", "--subject", str(demonstration / "subject.toml")]) == 0
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert imei in text
    assert "•• ••" not in text
    assert "shows values of persons" in text
    assert (tmp_path / "r.md").stat().st_mode & 0o777 == 0o600
    last = json.loads((case / "ledger.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (last["action"], last["detail"]["values"]) == ("report", True)
    assert main(asked) == 0
    assert imei not in (tmp_path / "r.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [b"", b"\xff", b"[]", b'{"signatures":5}', b'{"signatures":["x"]}', b'{"signatures":[{"keyid":"\xff"}]}'],
    ids=str,
)
def test_an_envelope_that_cannot_be_read_is_told(bag, tmp_path, damage: bytes) -> None:
    copy = shutil.copytree(bag, tmp_path / "bag")
    (copy / "vitne-manifest.dsse.json").write_bytes(damage)
    with pytest.raises(StoreError, match="the envelope of the bag cannot be read"):
        held(str(copy))
