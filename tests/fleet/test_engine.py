"""Tasks among processes that are killed by their ids: each comes to its end once, and a killer is given up."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from vitne.fleet.engine import MOST_DEATHS, LocalEngine

if TYPE_CHECKING:
    from pathlib import Path


def _slowly(task: str) -> str:
    time.sleep(0.02)
    return task.upper()


def test_every_task_is_done_once() -> None:
    tasks = [f"t{n}" for n in range(20)]
    done = list(LocalEngine(3).run([*tasks, "t0"], str.upper))
    assert sorted(done) == sorted((task, task.upper(), "") for task in tasks)
    assert list(LocalEngine(2).run([], str.upper)) == []


def test_killed_workers_lose_nothing_and_repeat_nothing() -> None:
    engine, done = LocalEngine(2), []
    for number, told in enumerate(engine.run([f"t{n}" for n in range(30)], _slowly)):
        done.append(told)
        if number in {3, 9, 15}:
            os.kill(engine.pids[0], signal.SIGKILL)
    assert engine.deaths == 3
    assert sorted(task for task, _, _ in done) == sorted(f"t{n}" for n in range(30))
    assert all(result == task.upper() and not why for task, result, why in done)


def test_a_task_that_ends_every_worker_is_given_up_and_the_rest_is_done(tmp_path: Path) -> None:
    def work(task: str) -> str:
        if task == "bomb":
            with (tmp_path / "tries").open("a") as tries:
                tries.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return task

    done = {task: (result, why) for task, result, why in LocalEngine(2).run(["a", "bomb", "b"], work)}
    assert done["a"] == ("a", "")
    assert done["b"] == ("b", "")
    assert done["bomb"][0] is None
    assert "workers ended over it" in done["bomb"][1]
    assert len((tmp_path / "tries").read_text()) == MOST_DEATHS


def test_workers_are_gone_when_the_work_is_left(tmp_path: Path) -> None:
    engine = LocalEngine(2)
    run = engine.run([f"t{n}" for n in range(50)], _slowly)
    next(run)
    pids = list(engine.pids)
    run.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
