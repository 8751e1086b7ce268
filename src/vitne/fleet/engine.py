"""Tasks shared out among processes that may die: every task comes to its end once, whoever is killed.

A task is given to one worker at a time.  When a worker dies, its task is given to another and a new worker
takes its place; a task that has ended several workers is given up and reported.  Since a result is kept by
its digest and put in place as a whole, a task that was done and not reported is done again without effect.

Another engine needs the one method ``run`` and says whether its workers see this machine's folders; that of
``vitne.fleet.distributed`` hands the tasks to a Dask scheduler.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import warnings
from collections import deque
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from vitne.pipeline.workers import MOST_WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

T = TypeVar("T", bound="Hashable")

MOST_DEATHS = 3
"""Workers that one task may end before it is given up."""


class Engine(Protocol):
    """What works through tasks."""

    apart: bool  # its workers do not see this machine's folders: what they gave is kept here

    def run(self, tasks: Sequence[T], work: Callable[[T], Any]) -> Iterator[tuple[T, Any, str]]:
        """Yield (task, what work gave, "") for each task once, or (task, None, why) where it was given up."""
        ...


class _Worker:
    """One process and the task it has."""

    def __init__(self, context: Any, work: Callable[[Any], Any]) -> None:
        self.here, there = context.Pipe()
        self.process = context.Process(target=_serve, args=(there, work), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # no thread of the parent is at work
            self.process.start()
        there.close()
        self.task: Any = None

    def give(self, task: Any) -> bool:
        """Give it a task; false where it is dead."""
        self.task = task
        try:
            self.here.send(task)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def end(self) -> None:
        """Let it go."""
        self.here.close()
        if self.process.is_alive():
            self.process.terminate()
        self.process.join()


class LocalEngine:
    """Processes of this machine, forked, one for each core unless asked otherwise."""

    apart = False

    def __init__(self, jobs: int | None = None) -> None:
        asked = jobs if jobs is not None else len(os.sched_getaffinity(0))
        self.jobs = min(max(1, asked), MOST_WORKERS)
        self.pids: list[int] = []  # of the workers at work, for tests that kill one
        self.deaths = 0

    def run(self, tasks: Sequence[T], work: Callable[[T], Any]) -> Iterator[tuple[T, Any, str]]:
        """Yield (task, what work gave, "") for each task once, or (task, None, why) where it was given up."""
        context = multiprocessing.get_context("fork")
        waiting = deque(dict.fromkeys(tasks))
        deaths: dict[Any, int] = {}
        workers: dict[Connection, _Worker] = {}
        try:
            while waiting or workers:
                self._staff(workers, waiting, lambda: _Worker(context, work))
                for ready in wait(list(workers)):
                    assert isinstance(ready, Connection)  # noqa: S101  (nothing else was waited for)
                    yield from self._hear(ready, workers, waiting, deaths)
        finally:
            for worker in workers.values():
                worker.end()
            self.pids = []

    def _staff(
        self, workers: dict[Connection, _Worker], waiting: deque[Any], hire: Callable[[], _Worker]
    ) -> None:
        """Give waiting tasks to idle or new workers."""
        while waiting and len(workers) < self.jobs:
            worker = hire()
            workers[worker.here] = worker
            if worker.give(waiting[0]):
                waiting.popleft()
        self.pids = [worker.process.pid for worker in workers.values()]

    def _hear(
        self,
        ready: Connection,
        workers: dict[Connection, _Worker],
        waiting: deque[Any],
        deaths: dict[Any, int],
    ) -> Iterator[tuple[Any, Any, str]]:
        """Take what a worker says, or its death."""
        worker = workers[ready]
        task = worker.task
        try:
            told = ready.recv()
        except (EOFError, ConnectionResetError):
            del workers[ready]
            worker.end()
            self.deaths += 1
            deaths[task] = deaths.get(task, 0) + 1
            if deaths[task] < MOST_DEATHS:
                waiting.append(task)
            else:
                yield task, None, f"{MOST_DEATHS} workers ended over it (exit code {worker.process.exitcode})"
            return
        yield task, told, ""
        if waiting and worker.give(waiting[0]):
            waiting.popleft()
        else:
            del workers[ready]
            worker.end()


def _serve(there: Connection, work: Callable[[Any], Any]) -> None:
    """Work in the forked process until nothing more is given."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        try:
            task = there.recv()
        except (EOFError, OSError):
            os._exit(0)
        there.send(work(task))
