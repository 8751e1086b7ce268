"""A Dask cluster on loopback: workers killed by their ids, a scheduler that goes and comes back, other rules."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from typing import TYPE_CHECKING

import pytest
from tests.fleet.exploding import explode, linger

from vitne.fleet import Settings, read_manifest, work_through
from vitne.fleet.distributed import DaskEngine, is_address
from vitne.fleet.engine import LocalEngine
from vitne.fleet.task import rules_of
from vitne.lab.handsets import write
from vitne.model import StoreError, UsageError
from vitne.pipeline import Options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("distributed", reason="the engine of the tests is not installed: requirements/dev.txt")
COUNT = 3
_SCHEDULER = """
import asyncio, sys
from distributed import Scheduler
async def run():
    async with Scheduler(host="127.0.0.1", port=int(sys.argv[1]), dashboard=False) as one:
        await one.finished()
asyncio.run(run())
"""
_WORKER = """
import asyncio, sys
from distributed import Worker
async def run():
    async with Worker(sys.argv[1], nthreads=1, host="127.0.0.1", dashboard=False, death_timeout=60,
                      local_directory=sys.argv[2]) as one:
        await one.finished()
asyncio.run(run())
"""


class Cluster:
    """A scheduler and workers, each a process that can be killed by its id."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.address = f"127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.schedule()

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        one = subprocess.Popen(
            [sys.executable, "-c", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.processes.append(one)
        return one

    def schedule(self) -> subprocess.Popen[bytes]:
        """Start the scheduler and wait until it listens."""
        one = self._start(_SCHEDULER, str(self.port))
        for _ in range(600):
            with socket.socket() as link:
                if link.connect_ex(("127.0.0.1", self.port)) == 0:
                    return one
            time.sleep(0.05)
        raise AssertionError("the scheduler does not start")

    def hire(self) -> None:
        """Start a worker."""
        self.workers.append(self._start(_WORKER, f"tcp://{self.address}", str(self.folder)))

    def kill(self, one: subprocess.Popen[bytes]) -> None:
        """Kill one process by its id."""
        os.kill(one.pid, signal.SIGKILL)
        one.wait()

    def close(self) -> None:
        """End all that is left."""
        for one in self.processes:
            if one.poll() is None:
                self.kill(one)


@pytest.fixture(autouse=True)
def _sockets() -> Iterator[None]:
    """What was cut off by a kill is let go inside the test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    one = Cluster(tmp_path)
    one.hire()
    yield one
    one.close()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write(tmp_path_factory.mktemp("fleet"), COUNT))


def _settings() -> Settings:
    options = Options(jobs=1)
    return Settings(options=options, rules=rules_of(options, ()))


def _engine(cluster: Cluster, patience_s: float = 60.0) -> DaskEngine:
    return DaskEngine(f"dask://{cluster.address}", patience_s=patience_s)


def test_killed_workers_and_a_restarted_scheduler_lose_nothing_and_repeat_nothing(cluster: Cluster) -> None:
    tasks = [f"t{number}" for number in range(40)]
    engine, done = _engine(cluster), []
    for number, told in enumerate(engine.run(tasks, linger)):
        done.append(told)
        if number == 5:
            cluster.hire()
            cluster.kill(cluster.workers[0])
        if number == 20:
            cluster.kill(cluster.scheduler)
            cluster.kill(cluster.workers[1])
            cluster.scheduler = cluster.schedule()
            cluster.hire()
    assert sorted(done) == sorted((task, task.upper(), "") for task in tasks)
    assert engine.deaths > 0


def test_a_fleet_gives_the_same_as_processes_here_and_a_second_run_scans_nothing(
    cluster: Cluster, table: str, tmp_path: Path
) -> None:
    handsets, settings = read_manifest(table), _settings()
    first = work_through(handsets, tmp_path / "one", settings=settings, engine=_engine(cluster))
    assert (first.made, first.found, first.given_up) == (COUNT, 0, 0)
    here = work_through(handsets, tmp_path / "two", settings=settings, engine=LocalEngine(1))
    assert here.results == first.results
    again = work_through(handsets, tmp_path / "one", settings=settings, engine=_engine(cluster))
    assert again.results == first.results
    assert (again.made, again.found) == (0, COUNT)
    other = Settings(options=Options(jobs=1), rules="other")
    worked = work_through(handsets, tmp_path / "out", settings=other, engine=_engine(cluster))
    assert {each.error for each in worked.results.values()} == {
        "the worker has another version of vitne, of its libraries or of its data"
    }
    assert not (tmp_path / "out" / "results").exists()


def test_a_task_that_ends_its_workers_is_given_up_and_the_rest_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    cluster = Cluster(tmp_path)
    try:
        for _ in range(3):  # one ends over it and what stood behind it, one over it alone
            cluster.hire()
        done = {
            task: (result, why) for task, result, why in _engine(cluster).run(["a", "bomb", "b"], explode)
        }
    finally:
        cluster.close()
    assert done["a"] == ("A", "")
    assert done["b"] == ("B", "")
    assert done["bomb"][0] is None
    assert done["bomb"][1] == "every worker that had it ended"


def test_no_worker_and_no_scheduler_are_told(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    try:
        with pytest.raises(StoreError, match="no worker"):
            list(_engine(cluster, 1.0).run(["a"], str.upper))
    finally:
        cluster.close()
    with pytest.raises(UsageError, match="no scheduler"):
        list(_engine(cluster).run(["a"], str.upper))
    with pytest.raises(UsageError, match="no address"):
        DaskEngine("dask://")
    assert is_address("dask+tls://host:8786")
    assert not is_address("local")
