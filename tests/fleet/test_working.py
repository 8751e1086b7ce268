"""A fleet worked through: killed workers, a second run, two runs at once, a capture that is gone."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from vitne.fleet import Settings, read_manifest, work_through
from vitne.fleet.engine import LocalEngine
from vitne.fleet.working import only_run
from vitne.lab.handsets import write
from vitne.model import StoreError
from vitne.pipeline import Options

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = Settings(options=Options(jobs=1), rules="rules")
COUNT = 12


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write(tmp_path_factory.mktemp("fleet"), COUNT))


def test_killed_workers_lose_nothing_and_the_next_run_repeats_nothing(table: str, tmp_path: Path) -> None:
    handsets, engine = read_manifest(table), LocalEngine(2)

    def killing(done: int, total: int) -> None:
        assert total == COUNT
        if done in {2, 6}:
            os.kill(engine.pids[0], signal.SIGKILL)

    first = work_through(handsets, tmp_path, settings=SETTINGS, engine=engine, progress=killing)
    assert engine.deaths == 2
    assert len(first.results) == COUNT
    assert first.given_up == 0
    again = work_through(handsets, tmp_path, settings=SETTINGS, engine=LocalEngine(2))
    assert again.results == first.results
    assert (again.made, again.found) == (0, COUNT)
    other = work_through(
        handsets[:2], tmp_path, settings=Settings(options=Options(jobs=1), rules="new"), engine=LocalEngine(1)
    )
    assert other.made == 2


def test_a_capture_in_the_middle_that_is_damaged_or_gone_costs_itself_alone(
    table: str, tmp_path: Path
) -> None:
    handsets = read_manifest(table)
    gone = [handsets[0], type(handsets[0])(capture=str(tmp_path / "gone.pcap"), device="gone", attributes=())]
    damaged = next(each for each in handsets if each.device == f"handset-{COUNT // 2:05}")
    worked = work_through([*gone, damaged], tmp_path, settings=SETTINGS, engine=LocalEngine(2))
    states = [worked.results[each.capture].state for each in (*gone, damaged)]
    assert states == ["read", "unreadable", "unreadable"]
    assert "cannot be opened" in worked.results[gone[1].capture].error


def test_two_runs_on_one_folder_do_not_meet(tmp_path: Path) -> None:
    with only_run(tmp_path), pytest.raises(StoreError, match="another run"), only_run(tmp_path):
        pytest.fail("the folder was given twice")
    with only_run(tmp_path):
        assert (tmp_path / "lock").is_file()
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StoreError), only_run(blocked):
        pytest.fail("a file is no folder")
