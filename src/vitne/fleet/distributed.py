"""The fleet's tasks on a Dask scheduler that is there already: ``--engine dask://HOST:PORT``.

Workers elsewhere see none of this machine's folders: each gets once what it has to know, reads captures from
where all see them (an object store, a shared disk) and hands its results over.  The scheduler gives the tasks
of a worker that died to others.  When the scheduler itself goes, tasks that were not told of are handed in
anew as soon as one answers at the same address; what was handed over before is kept here and not done again.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import pickle
import time
from collections import deque
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, NamedTuple

from vitne.fleet.engine import MOST_DEATHS, T
from vitne.fleet.objects import PATIENCE_S
from vitne.fleet.task import Told, rules_of
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SCHEMES = {"dask://": "tcp://", "dask+tls://": "tls://"}
_AHEAD = 4
"""Tasks that a worker's thread has in hand and in waiting."""
_LOOK_S = 0.5
_ENDED = frozenset({"finished", "error", "cancelled", "lost"})


def is_address(word: str) -> bool:
    """Say whether an engine's name is that of a scheduler."""
    return word.startswith(tuple(SCHEMES))


class Given(NamedTuple):
    """A task and how often it came to nothing."""

    task: Any
    failures: int
    alone: bool = False  # a worker died over it or over another beside it: next time it goes alone


class Held:
    """What each worker holds: the work, once, and whether it would give the same as here."""

    def __init__(self, name: str, work: Any) -> None:
        self.name = name
        self.work = work
        self.fault = ""

    def setup(self, worker: Any) -> None:
        """Find out whether this worker has the same rules; called by the worker at its start."""
        del worker
        settings = getattr(self.work, "settings", None)
        if settings is None:
            return
        try:
            rules = rules_of(settings.options, settings.senders)
        except (UsageError, OSError) as error:
            self.fault = f"the worker does not see a file that is needed: {error}"
            return
        if rules != settings.rules:
            self.fault = "the worker has another version of vitne, of its libraries or of its data"

    def teardown(self, worker: Any) -> None:
        """Leave nothing; called by the worker at its end."""


def perform(name: str, task: Any) -> Any:
    """Do a task on a worker."""
    held: Held = _library().get_worker().plugins[name]
    if held.fault:
        return Told(key="", made=False, error=held.fault)
    return held.work(task)


class DaskEngine:
    """Workers of a scheduler."""

    apart = True

    def __init__(self, address: str, *, patience_s: float = PATIENCE_S) -> None:
        scheme = next(each for each in SCHEMES if address.startswith(each))
        self.address = SCHEMES[scheme] + address.removeprefix(scheme)
        self.patience_s = patience_s
        self.deaths = 0  # tasks that were taken back: workers or the scheduler went
        if not address.removeprefix(scheme):
            raise UsageError("the scheduler has no address", where=address, expected="dask://HOST:PORT")

    def run(self, tasks: Sequence[T], work: Callable[[T], Any]) -> Iterator[tuple[T, Any, str]]:
        """Yield (task, what work gave, "") for each task once, or (task, None, why) where it was given up."""
        waiting = deque(Given(task, 0) for task in dict.fromkeys(tasks))
        first = True
        while waiting:
            client = self._client(first=first)
            first = False
            try:
                yield from _Session(self, client, waiting, work).tell()
            finally:
                client.close(timeout=2)

    def _client(self, *, first: bool) -> Any:
        """Meet the scheduler; raises UsageError where there is none, StoreError where it stays away."""
        library = _library()
        for name in ("distributed", *logging.root.manager.loggerDict):
            if name.partition(".")[0] == "distributed":
                logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            return library.Client(self.address, timeout=10 if first else self.patience_s)
        except (OSError, TimeoutError, ValueError) as error:
            if first:
                raise UsageError(
                    "no scheduler answers there",
                    where=self.address,
                    expected="dask://HOST:PORT of one that runs",
                ) from error
            raise StoreError(
                "the scheduler is gone",
                where=self.address,
                next_step="start it, and this again: what is done is kept",
            ) from error


class _Session:
    """The time with one scheduler."""

    def __init__(
        self, engine: DaskEngine, client: Any, waiting: deque[Given], work: Callable[[Any], Any]
    ) -> None:
        self.engine = engine
        self.client = client
        self.waiting = waiting
        self.work = work
        self.name = f"vitne-{hashlib.sha256(pickle.dumps(work)).hexdigest()[:16]}"
        self.given: dict[Any, Given] = {}  # futures
        self.moved = time.monotonic()
        self.gone = False  # the scheduler of this session

    def tell(self) -> Iterator[tuple[Any, Any, str]]:
        """Yield what is done until all is, or until the scheduler goes; what is not told waits again."""
        try:
            if self._prepare():
                while self.waiting or self.given:
                    self._hand_in()
                    yield from self._gather()
                    if not self._alive():
                        break
        finally:
            self.engine.deaths += len(self.given)
            self.waiting.extend(self.given.values())
            self.given.clear()

    def _prepare(self) -> bool:
        """Let every worker have the work; false where the scheduler went meanwhile."""
        try:
            self.client.register_plugin(_plugin(self.name, self.work), name=self.name)
        except (OSError, CancelledError, TimeoutError):
            return False
        except (ImportError, AttributeError) as error:
            raise UsageError(
                f"a worker cannot load vitne ({error})",
                where=self.engine.address,
                next_step="install the same version of vitne, with its extra fleet, where the workers run",
            ) from error
        return True

    def _hand_in(self) -> None:
        """Give the scheduler some more tasks than it has threads."""
        room = _AHEAD * max(self._threads(), 1)
        while len(self.given) < room and (given := self._next()) is not None:
            digest = hashlib.sha256(pickle.dumps(given.task)).hexdigest()[:32]
            key = f"{self.name}-{digest}-{given.failures}"
            future = self.client.submit(perform, self.name, given.task, key=key, pure=False)
            self.given[future] = given

    def _next(self) -> Given | None:
        """Give a task that may be handed in now: one under suspicion only when nothing else is at work."""
        for _ in range(len(self.waiting)):
            given = self.waiting.popleft()
            if not given.alone:
                return given
            self.waiting.append(given)
        if self.waiting and not self.given:
            return self.waiting.popleft()
        return None

    def _gather(self) -> Iterator[tuple[Any, Any, str]]:
        """Take what has ended."""
        try:
            _library().wait(list(self.given), timeout=_LOOK_S, return_when="FIRST_COMPLETED")
        except (TimeoutError, CancelledError):
            self._wait_for_workers()
        for future in [each for each in self.given if each.status in _ENDED]:
            given = self.given[future]
            outcome = self._outcome(future, given)
            del self.given[future]
            self.moved = time.monotonic()
            if outcome is not None:
                yield outcome

    def _outcome(self, future: Any, given: Given) -> tuple[Any, Any, str] | None:
        """Give what a task came to; None where it waits again."""
        if future.status == "finished":
            try:
                return given.task, future.result(timeout=self.engine.patience_s), ""
            except (OSError, CancelledError, TimeoutError):
                self._again(given)
                return None
        if future.status == "error":
            fault = type(future.exception()).__name__
            killed = fault == "KilledWorker"  # also said of tasks that only stood behind the one that kills
            if killed and given.alone:
                return given.task, None, "every worker that had it ended"
            if given.failures + 1 >= MOST_DEATHS:
                return given.task, None, f"it failed on {MOST_DEATHS} workers ({fault})"
            self._again(given._replace(failures=given.failures + 1, alone=killed or given.alone))
            return None
        self.gone = True  # cancelled or lost: another scheduler answers, which does not know the work
        self._again(given)
        return None

    def _again(self, given: Given) -> None:
        self.engine.deaths += 1
        self.waiting.append(given)

    def _alive(self) -> bool:
        return not self.gone and self.client.status == "running"

    def _threads(self) -> int:
        """Give how many tasks can be done at a time; 0 where the scheduler went meanwhile."""
        try:
            return sum(self.client.nthreads().values())
        except (OSError, CancelledError, TimeoutError):
            self.gone = True
            return 0

    def _wait_for_workers(self) -> None:
        """Raise StoreError where no worker has been there for too long."""
        if self._threads() or not self._alive():
            self.moved = time.monotonic()
        elif time.monotonic() - self.moved > self.engine.patience_s:
            raise StoreError(
                "the scheduler has no worker",
                where=self.engine.address,
                next_step="start workers, and this again: what is done is kept",
            )


def _library() -> Any:
    """Give the library of the engine; raises UsageError where it is not installed."""
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise UsageError(
            "this engine needs a library that is not installed", next_step="pip install distributed"
        ) from error


def _plugin(name: str, work: Any) -> Any:
    """Make what a scheduler hands to every worker, those that come later too."""
    kinds = Held, _library().WorkerPlugin
    return type("Plugin", kinds, {"__doc__": "Known to workers by its name."})(name, work)
