from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vitne.cli import protocol
from vitne.cli.main import main
from vitne.events import Hints
from vitne.events.reading import read_log

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SHORT = ["protocol", "--stimuli", "unlock,idle", "--slots", "4", "--length", "60", "--seed", "3"]


def test_the_plan_is_printed_slot_by_slot_and_repeats_with_its_seed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["protocol", "--seed", "3", "--slots", "6", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert main(["protocol", "--seed", "3", "--slots", "6"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[2:]] == plan["order"]
    assert lines[0].startswith("seed 3: 6 slots of 120 s")


def test_carried_out_it_logs_stimuli_and_shams_and_runs_what_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol.time, "sleep", lambda seconds: None)
    log, ran = tmp_path / "trial.jsonl", tmp_path / "ran"
    assert main([*SHORT, "--log", str(log), "--do", f"unlock=echo done >> {ran}"]) == 0
    kinds = [each.kind for each in read_log(log, Hints()).events]
    assert kinds.count("stimulus") == kinds.count("sham") == 2
    assert kinds.count("note") == 1
    assert ran.read_text().split() == ["done", "done"]
    assert main([*SHORT, "--log", str(log)]) == 1  # a trial is not repeated into its log


def test_a_command_for_no_arm_is_refused(tmp_path: Path) -> None:
    assert main([*SHORT, "--do", "dance=true"]) == 2
    assert main(["protocol", "--stimuli", "unlock"]) == 2
