"""Files written by processes of their own, beside what this one writes; the same bytes come out.

A process that dies brings nothing: then an error is raised, and whoever asked takes away what was begun.
"""

from __future__ import annotations

import os
import signal
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess
    from types import TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(Exception):  # noqa: N818  (it says what happened, and is made an error by who knows the place)
    """A process ended before it had done its work."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"a process that wrote a part of it ended with {code}")


class Aside:
    """Processes that are forked from this one, so that they see all it holds; none outlives the block."""

    def __init__(self) -> None:
        self._running: list[tuple[Connection, ForkProcess]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _undisturbed():
            for here, process in self._running:
                process.kill()
                process.join()
                here.close()
            self._running.clear()

    def begin(self, work: Callable[[], Any]) -> None:
        """Let a new process do some work; what it gives has to go through a pipe."""
        import multiprocessing  # slow to load, and most cases are small

        context = multiprocessing.get_context("fork")
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(there, work), daemon=True)
        with _undisturbed(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads of libraries wait and hold nothing
            process.start()
            self._running.append((here, process))
        there.close()

    def collect(self) -> list[Any]:
        """Wait for all, and give what each gave, in the order they were begun.

        Raises what the first that failed raised, an OSError, and Ended for one that died.
        """
        given = []
        while self._running:
            here, process = self._running[0]
            try:
                told = here.recv()
            except EOFError:
                process.join()
                raise Ended(process.exitcode) from None
            if isinstance(told, OSError):
                raise told
            process.join()
            here.close()
            self._running.pop(0)
            given.append(told)
        return given


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals wait: between the beginning of a process and its note nobody would end it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run(there: Connection, work: Callable[[], Any]) -> None:
    """Work in the forked process and send what comes out; who began it decides when it is to stop."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    try:
        told = work()
    except OSError as error:
        told = OSError(error.errno, error.strerror)
    there.send(told)
    there.close()
    os._exit(0)
