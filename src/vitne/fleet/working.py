"""A fleet worked through: results that are there are used, the rest is made, one process a core."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.fleet.engine import LocalEngine
from vitne.fleet.results import CaptureResult, keep, kept, key_of, read_capture, unreadable
from vitne.model import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from vitne.fleet.engine import Engine
    from vitne.fleet.manifest import Handset


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """A fleet's results."""

    results: dict[str, CaptureResult]  # by path of the capture
    made: int  # scanned by this run
    found: int  # that were there from before
    given_up: int  # captures that ended their workers


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How each capture is scanned."""

    options: Any  # of the scan
    rules: str  # digest of all that shapes a result besides the capture; with the capture's own it is the key


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker tells of one capture."""

    key: str
    made: bool
    error: str = ""  # why its bytes cannot be read at all


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
        yield


def _warm() -> None:
    """Load and compile once what every forked worker then has."""
    import vitne.pipeline.scan  # noqa: F401  (loaded for the workers)
    from vitne import catalog
    from vitne.identify.rulebook import rulebook

    rulebook()
    catalog.senders()


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
    captures = list(dict.fromkeys(each.capture for each in handsets))

    def work(capture: str) -> _Told:
        try:
            key, digest, size = key_of(capture, settings.rules)
        except OSError as error:
            return _Told(key="", made=False, error=f"it cannot be opened: {error.strerror}")
        if kept(folder, key) is not None:
            return _Told(key=key, made=False)
        keep(folder, read_capture(capture, key, digest, size=size, options=settings.options))
        return _Told(key=key, made=True)

    _warm()
    results: dict[str, CaptureResult] = {}
    made = found = given_up = 0
    for capture, told, why in (engine or LocalEngine()).run(captures, work):
        result = kept(folder, told.key) if told is not None and told.key else None
        if result is None:
            result = unreadable("", why or (told.error if told is not None else "") or "its result is gone")
            given_up += bool(why)
        elif told.made:
            made += 1
        else:
            found += 1
        results[capture] = result
        progress(len(results), len(captures))
    return Worked(
        results={capture: results[capture] for capture in captures}, made=made, found=found, given_up=given_up
    )
