"""A fleet worked through: results that are there are used, the rest is made by the workers of an engine."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from vitne.fleet.engine import LocalEngine
from vitne.fleet.objects import is_object
from vitne.fleet.results import CaptureResult, keep, kept, kept_keys, recall, remember, sweep, unreadable
from vitne.fleet.task import Settings, Task, Told, Work, warm
from vitne.model import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from vitne.fleet.engine import Engine
    from vitne.fleet.manifest import Handset


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """A fleet's results."""

    results: dict[str, CaptureResult]  # by path or address of the capture
    made: int  # scanned by this run
    found: int  # that were there from before
    given_up: int  # captures that ended their workers, or that no worker could be given


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the folder for this run alone; raises StoreError where another run holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / "lock").open("a")
    except OSError as error:
        what = f"the folder cannot be written to: {error.strerror}"
        raise StoreError(what, where=str(folder), next_step="choose another with --out") from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(
                "another run is at work on this folder",
                where=str(folder),
                next_step="wait for its end; what it has done is used by the next run",
            ) from error
        sweep(folder)
        yield


def work_through(
    handsets: Sequence[Handset],
    folder: Path,
    *,
    settings: Settings,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Worked:
    """Give the result of every capture.

    A run that was stopped, or whose workers were killed, is taken up where it was.
    """
    engine = engine or LocalEngine()
    tasks = {each.capture: Task(capture=each.capture, etag=each.etag, size=each.size) for each in handsets}
    results: dict[str, CaptureResult] = {}
    for task in tasks.values():
        before = recall(folder, task.capture, task.etag, size=task.size, rules=settings.rules)
        if before is not None:
            results[task.capture] = before
    found, made, given_up = len(results), 0, 0
    waiting = [task for task in tasks.values() if task.capture not in results]
    if engine.apart:
        work = Work(settings=settings, known=kept_keys(folder))
    else:
        work = Work(settings=settings, folder=folder)
        warm()
    for task, told, why in engine.run(waiting, work):
        result = None if told is None else _taken(folder, told)
        if result is None:
            result = unreadable("", why or (told.error if told is not None else "") or "its result is gone")
            given_up += bool(why)
        else:
            made, found = made + told.made, found + (not told.made)
            if is_object(task.capture):
                remember(folder, task.capture, told.etag, result=result, rules=settings.rules)
        results[task.capture] = result
        progress(len(results), len(tasks))
    return Worked(
        results={capture: results[capture] for capture in tasks}, made=made, found=found, given_up=given_up
    )


def _taken(folder: Path, told: Told) -> CaptureResult | None:
    """Keep what a worker gave, or look up what it says is there; raises StoreError where nothing is kept."""
    if told.full:
        raise StoreError(told.full, where=str(folder), next_step="make room; what is there is used again")
    if told.result is not None:
        keep(folder, told.result)
        return told.result
    return kept(folder, told.key) if told.key else None
