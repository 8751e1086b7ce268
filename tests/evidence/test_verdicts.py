"""Twin of vitne.evidence.verdicts: verdicts on events come out of the sealed logs again, or are named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from vitne.cli.main import main
from vitne.evidence.canonical import canonical
from vitne.evidence.rederiving import Known, check_findings
from vitne.lab import demo
from vitne.store import read_case

HOST = "registration.carrier.example"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verdicts")
    files = demo.make(folder)
    case, log = folder / "case", folder / "marks.jsonl"
    assert main(["scan", str(files.capture), "--case", str(case), "-q"]) == 0
    times = sorted({row.time_ns for row in read_case(case).transmissions if row.host == HOST})
    rows = [{"time": (t - 500_000_000) / 1e9, "kind": "unlock", "clock": "capture"} for t in times]
    log.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    assert main(["triggers", str(case), "--events", str(log), "--seed", "7"]) == 0
    log.rename(folder / "moved.jsonl")
    assert main(["seal", str(case), str(folder / "bag"), "--events", str(folder / "moved.jsonl")]) == 0
    assert main(["seal", str(case), str(folder / "without")]) == 0
    return folder


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed / "bag", tmp_path / "bag"))


def _verdicts(bag: Path) -> list[tuple[str, str, str]]:
    said = json.loads((bag / "vitne-manifest.json").read_bytes())
    return [(c.where, c.state, c.why) for c in check_findings(bag, said, Known()) if c.what == "verdict"]


def test_each_verdict_comes_out_of_the_logs_and_captures_again(
    sealed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _verdicts(sealed / "bag")
    assert {state for _, state, _ in told} == {"confirmed"}
    [main_one] = [why for where, _, why in told if where == f"keyguard-gone → {HOST}"]
    assert main_one.startswith("coupled")
    assert main(["verify", str(sealed / "bag"), "-q"]) == 0
    capsys.readouterr()


def test_a_bag_without_the_log_says_that_verdicts_were_not_checked(sealed: Path) -> None:
    [(_, state, why)] = _verdicts(sealed / "without")
    assert state == "not-checked"
    assert "marks.jsonl is not in the bag" in why


def test_a_verdict_that_was_changed_is_named(copy: Path) -> None:
    place = copy / "data/findings.json"
    document = json.loads(place.read_bytes())
    own = next(t for t in document["occasions"]["triggers"] if t["destination"] == HOST)
    own["verdict"] = "caused"
    place.write_bytes(canonical(document))
    wrong = [each for each in _verdicts(copy) if each[1] == "failed"]
    assert [where for where, _, _ in wrong] == [f"{own['event']} → {HOST}"]
    assert "and not caused" in wrong[0][2]


def test_a_verdict_that_was_taken_out_and_one_that_was_added_are_named(copy: Path) -> None:
    place = copy / "data/findings.json"
    document = json.loads(place.read_bytes())
    gone = document["occasions"]["triggers"].pop(0)
    document["occasions"]["triggers"].append({**gone, "destination": "invented.example"})
    place.write_bytes(canonical(document))
    wrong = {where: why for where, state, why in _verdicts(copy) if state == "failed"}
    assert set(wrong) == {f"{gone['event']} → {gone['destination']}", f"{gone['event']} → invented.example"}


def test_a_log_that_was_changed_is_no_longer_the_one(copy: Path) -> None:
    [log] = (copy / "data/events").glob("*/*")
    log.write_bytes(log.read_bytes()[:-40])
    [(_, state, why)] = _verdicts(copy)
    assert (state, "not in the bag" in why) == ("not-checked", True)


def test_another_clock_or_timer_is_told(copy: Path) -> None:
    place = copy / "data/findings.json"
    document = json.loads(place.read_bytes())
    document["occasions"]["tested"] += 1
    place.write_bytes(canonical(document))
    assert [why for _, state, why in _verdicts(copy) if state == "failed"] == [
        "derived again, these come out otherwise: tested"
    ]
